// A department brings a version of its own table, and is told what is wrong with it.
import { expect, it } from 'vitest'
import { looks, origin, seat } from './support'

it('says of a file that is no such table why it was not sealed, and shows nothing of it', async () => {
  const { page, context, faults } = await seat('zhou.min', 'zh-CN')
  await page.goto(`${origin}/console/catalog`)
  await page.getByRole('link', { name: '住房公积金账户' }).click()
  await page.getByRole('heading', { name: '已封存的版本' }).waitFor()
  await page.getByRole('heading', { name: '停用' }).waitFor()
  await page.locator('#file').setInputFiles({ name: 'accounts.csv', mimeType: 'text/csv', buffer: Buffer.from('nonsense,canary-7731\n1,2\n') })
  await page.getByRole('button', { name: '开始落地' }).click()
  await page.waitForURL('**/console/jobs/JOB-*')
  await page.locator('.state', { hasText: '未完成' }).waitFor()
  await page.getByRole('alert').waitFor()
  await looks(page, 'job')
  expect(await page.locator('main').innerText()).not.toContain('7731')
  expect(faults).toEqual([])
  await context.close()
})

it('offers nobody else the department\'s forms', async () => {
  const { page, context } = await seat('feng.yi', 'zh-CN')
  await page.goto(`${origin}/console/catalog`)
  await page.getByRole('link', { name: '住房公积金账户' }).click()
  await page.getByRole('heading', { level: 1, name: '住房公积金账户' }).waitFor()
  expect(await page.locator('#file').count()).toBe(0)
  expect(await page.getByRole('heading', { name: '停用' }).count()).toBe(0)
  await context.close()
})
