// A citizen sees to whom they consented and ends it with one press.
import { expect, it } from 'vitest'
import { looks, origin, seat } from './support'

it('shows a citizen what they consented to, whether it holds, and nobody else\'s', async () => {
  const { page, context, faults } = await seat('shen.an', 'zh-CN')
  await page.waitForURL('**/console/consents')
  const row = page.getByRole('row').filter({ hasText: '公积金缴存核验' })
  await row.first().waitFor()
  expect(await row.first().innerText()).toContain('江城银行股份有限公司')
  expect(await page.locator('main').innerText()).not.toMatch(/\d{17}[\dX]/)
  await looks(page, 'consents')

  // Given anew over the API, ended with one press.
  const { csrf } = await (await page.request.get(`${origin}/v1/me`)).json()
  const { items } = await (await page.request.get(`${origin}/v1/consents`)).json()
  const { now_at } = await (await page.request.get(`${origin}/v1/platform`)).json()
  const { product, entity } = items[0]
  const until = now_at + 30 * 24 * 3600 * 1_000_000
  const given = await page.request.post(`${origin}/v1/consents`, {
    headers: { 'x-csrf-token': csrf },
    data: { product, entity, until, subject_id_number: '11010519491231002X' },
  })
  expect(given.status(), await given.text()).toBe(201)
  await page.reload()
  await page.getByRole('button', { name: '撤回同意' }).first().click()
  await page.getByText('已撤回对“公积金缴存核验”的同意，立即生效。').waitFor()
  expect(await page.getByRole('button', { name: '撤回同意' }).count()).toBe(0)
  expect(faults).toEqual([])
  await context.close()
})
