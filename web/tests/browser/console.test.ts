// The console in a real browser, against a real server that told its story
// (`scripts/with-demo.sh`): every page of every part is whole, in both languages.
import { describe, expect, it } from 'vitest'
import { navigation } from '../../src/app/navigation'
import { looks, origin, seat } from './support'

// One person for each role that the story has.
const PEOPLE = ['he.zhiyuan', 'tan.hui', 'zhou.min', 'lu.yao', 'qin.yue', 'shen.an', 'audit.admin', 'system.admin', 'security.admin']
describe('the console', () => {
  for (const login of PEOPLE) {
    it(`is whole on every page of ${login}, in Chinese and English, wide and narrow`, async () => {
      for (const [language, width] of [['zh-CN', 1440], ['en', 720]] as const) {
        const { page, context, faults } = await seat(login, language, width)
        const places = await page.locator('nav a[href^="/console/"]').evaluateAll((links) => links.map((link) => link.getAttribute('href')!))
        for (const place of new Set([...places, '/console/nowhere'])) {
          await page.goto(origin + place)
          await looks(page, `${login} ${language} ${width} ${place}`)
        }
        expect(faults, `${login} ${language}`).toEqual([])
        await context.close()
      }
    })
  }

  for (const [login, language, width] of [['tan.hui', 'en', 720], ['lu.yao', 'zh-CN', 1440], ['zhou.min', 'en', 720]] as const) {
    it(`is whole on the first thing of each list of ${login}, which is one press away`, async () => {
      const { page, context, faults } = await seat(login, language, width)
      const places = await page.locator('nav a[href^="/console/"]').evaluateAll((links) => links.map((link) => link.getAttribute('href')!))
      let seen = 0
      for (const place of new Set(places)) {
        await page.goto(origin + place)
        await page.waitForLoadState('networkidle')
        const first = page.locator('tbody a').first()
        if ((await first.count()) === 0) continue
        await first.click()
        await looks(page, `${login} ${place} first`)
        seen += 1
      }
      expect(seen).toBeGreaterThan(4)
      expect(faults).toEqual([])
      await context.close()
    })
  }

  it('leads everybody to the places that the navigation names for their role', async () => {
    const names = new Set(navigation.map((place) => place.name))
    const { page, context } = await seat('tan.hui', 'zh-CN')
    const hrefs = await page.locator('nav a[href^="/console/"]').evaluateAll((links) => links.map((link) => link.getAttribute('href')!.slice('/console/'.length)))
    expect(hrefs.length).toBeGreaterThan(5)
    for (const href of hrefs) expect(names.has(href), href).toBe(true)
    await context.close()
  })

  it('shows a review without a row, with its checks, lineage and signatures', async () => {
    const { page, context, faults } = await seat('tan.hui', 'zh-CN')
    await page.goto(`${origin}/console/releases`)
    await page.locator('tbody a').first().click()
    await page.getByRole('heading', { name: '离开什么' }).waitFor()
    await looks(page, 'review')
    const text = await page.locator('main').innerText()
    for (const word of ['机器检查', 'AIR-007', '来源字段', '安全审查', '谭慧']) expect(text).toContain(word)
    expect(await page.locator('h1').innerText()).not.toMatch(/^CAN-/)
    expect(faults).toEqual([])
    await context.close()
  })

  it('proves an entry of the journal, and finds out a byte that was changed on the way', async () => {
    const { page, context, faults } = await seat('audit.admin', 'zh-CN')
    await page.goto(`${origin}/console/audit`)
    await page.locator('tbody tr').nth(30).locator('a').first().click()
    await page.getByRole('button', { name: '验证此记录' }).click()
    await page.getByText('成立：该记录在大小为').waitFor()
    await looks(page, 'proof')
    const address = page.url()
    await page.route('**/proof', async (route) => {
      const answer = await route.fetch()
      const proof = await answer.json()
      await route.fulfill({ json: { ...proof, entry: proof.entry.replace('"seq":', '"seq": ') } })
    })
    await page.goto(address)
    await page.getByRole('button', { name: '验证此记录' }).click()
    await page.getByText('不成立').waitFor()
    expect(faults).toEqual([])
    await context.close()
  })

  it('lets nobody in without a session, and brings them back to where they wanted to go', async () => {
    const { page, context } = await seat(null, 'zh-CN')
    await page.goto(`${origin}/console/releases`)
    await page.waitForURL('**/sign-in?to=/releases')
    await looks(page, 'sign-in')
    await page.getByRole('button', { name: '谭慧' }).click()
    await page.waitForURL('**/console/releases')
    await context.close()
  })

  it('is told by these tests when it breaks its own policy', async () => {
    const { page, context, faults } = await seat('tan.hui', 'zh-CN')
    await page.evaluate(() => document.head.append(Object.assign(document.createElement('style'), { textContent: 'p { color: red }' })))
    await expect.poll(() => faults).toEqual(['policy: style-src-elem'])
    await context.close()
  })

  it('is used by keyboard: the skip link, the navigation and the sign-out are reached, and nothing traps', async () => {
    const { page, context } = await seat('tan.hui', 'zh-CN')
    await page.goto(`${origin}/console/inbox`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    const reached: string[] = []
    for (let step = 0; step < 40; step += 1) {
      await page.keyboard.press('Tab')
      reached.push(await page.evaluate(() => document.activeElement?.textContent?.trim() ?? ''))
    }
    expect(reached[0]).toBe('跳到正文')
    for (const word of ['English', '换个角色', '资源目录', '审计']) expect(reached.some((text) => text.includes(word)), word).toBe(true)
    await context.close()
  })
})
