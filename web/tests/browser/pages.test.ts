// What people look at who answer for the platform: an agreement's line, the morning, who uses
// a department's columns, the rules.
import { expect, it } from 'vitest'
import { looks, origin, seat } from './support'

const BOTH = [['zh-CN', 1440], ['en', 720]] as const

it('shows an agreement from its first signature to its last day, and what it gives to whom', async () => {
  for (const login of ['he.zhiyuan', 'lu.yao']) {
    for (const [language, width] of BOTH) {
      const { page, context, faults } = await seat(login, language, width)
      const { items } = await (await page.request.get(`${origin}/v1/agreements`)).json()
      const one = items.find((agreement: { kind: string; state: string }) => agreement.kind === 'operator' && agreement.state === 'in_force')
      await page.goto(`${origin}/console/agreements/${one.id}`)
      await page.locator('ol.behind li').first().waitFor()
      await looks(page, `agreement ${login} ${language}`)
      const text = await page.locator('main').innerText()
      expect(text).toContain('充电停车布局')
      expect(text).toContain(one.until)
      // Who signed is told with their step; what is owed with its working days and its clause.
      expect(await page.locator('ol.behind li').filter({ hasText: '苏禾' }).count()).toBeGreaterThan(0)
      const left = page.locator('ol.ahead li').filter({ hasText: one.until })
      expect(await left.innerText()).toMatch(/个工作日|working days/)
      expect(await left.innerText()).toContain('〔changsha-2026')
      expect(faults).toEqual([])
      await context.close()
    }
  }
})

it('begins the morning of who regulates on one screen, each number leading to what it counts', async () => {
  const { page, context, faults } = await seat('he.zhiyuan', 'zh-CN')
  await page.waitForURL('**/console/morning')
  await page.getByRole('heading', { name: '待签案件' }).waitFor()
  await looks(page, 'morning')
  const { scrolls, counted } = await page.evaluate(() => ({ scrolls: document.documentElement.scrollHeight > window.innerHeight, counted: document.querySelectorAll('.figure').length }))
  expect(scrolls, 'the morning scrolls').toBe(false)
  expect(counted).toBeGreaterThan(8)
  const told = await (await page.request.get(`${origin}/v1/overview`)).json()
  const owed = page.locator('section', { has: page.getByRole('heading', { name: '各项义务' }) })
  expect(await owed.locator('.figure').first().innerText()).toContain(String(told.owed.overdue))
  await page.getByRole('link', { name: '各项义务' }).click()
  await page.waitForURL('**/console/inbox')
  expect(faults).toEqual([])
  await context.close()

  const narrow = await seat('he.zhiyuan', 'en', 720)
  await narrow.page.waitForURL('**/console/morning')
  await narrow.page.getByRole('heading', { name: 'Cases waiting' }).waitFor()
  await looks(narrow.page, 'morning en')
  expect(narrow.faults).toEqual([])
  await narrow.context.close()
})

it('tells a department who uses which of its columns, and nobody else', async () => {
  for (const [language, width] of BOTH) {
    const { page, context, faults } = await seat('zhou.min', language, width)
    await page.goto(`${origin}/console/catalog`)
    await page.getByRole('link', { name: '住房公积金账户' }).click()
    const uses = page.locator('section', { has: page.locator('#uses') })
    await uses.getByRole('row').filter({ hasText: 'id_card' }).waitFor()
    expect(await uses.innerText()).toContain('江城市城东区民政局')
    expect(await uses.getByRole('row').filter({ hasText: 'id_card' }).innerText()).toMatch(/进入 [1-9]\d* 个结果|in [1-9]\d* results/)
    await looks(page, `uses ${language}`)
    expect(faults).toEqual([])
    await context.close()
  }
  const other = await seat('feng.yi', 'zh-CN')
  await other.page.goto(`${origin}/console/catalog`)
  await other.page.getByRole('link', { name: '住房公积金账户' }).click()
  await other.page.getByRole('heading', { level: 1, name: '住房公积金账户' }).waitFor()
  expect(await other.page.locator('#uses').count()).toBe(0)
  expect(other.faults).toEqual([])
  await other.context.close()
})

it('finds a rule by a word, and what another document says of it, at an address that can be sent', async () => {
  const { page, context, faults } = await seat('lu.yao', 'zh-CN')
  await page.goto(`${origin}/console/rules`)
  await page.getByLabel('搜索名称、内容、条款').fill('授权运营最长期限')
  const row = page.getByRole('row').filter({ hasText: '授权运营最长期限' })
  await row.waitFor()
  expect(await row.innerText()).toMatch(/5年[\s\S]*changsha-2026 三\(三\)/)
  expect(await page.getByRole('status').innerText()).toContain('显示 1 项')
  await page.getByLabel('与另一份文件对比').selectOption('luohu-2025')
  await page.getByRole('heading', { name: '不同之处' }).waitFor()
  await expect.poll(() => row.innerText()).toMatch(/5年[\s\S]*2年/)
  await looks(page, 'rules')
  const address = page.url()
  await page.goto(`${origin}/console/inbox`)
  await page.goto(address)
  await expect.poll(() => row.innerText()).toMatch(/5年[\s\S]*2年/)
  expect(faults).toEqual([])
  await context.close()
})
