// What every test in the browser needs: somebody's seat at a real server, and a look at a page.
import AxeBuilder from '@axe-core/playwright'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'

const address = process.env.SHUYU_URL
if (!address) throw new Error('SHUYU_URL is not set: run scripts/with-demo.sh npm --prefix web run browser')
export const origin: string = address

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

let browser: Browser
beforeAll(async () => { browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS }) })
afterAll(() => browser.close())

// Axe copies the style elements of a page into a document of its own, which the page's policy
// forbids it, and the browser's console does not tell which document it was. What the page's own
// document is forbidden comes from its own event.
const OF_ANY_DOCUMENT = 'Applying inline style violates'

export interface Seat { page: Page; context: BrowserContext; faults: string[] }

/** A browser of somebody who has taken a part. */
export async function seat(login: string | null, language: 'zh-CN' | 'en', width = 1440): Promise<Seat> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, locale: 'zh-CN' })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('console', (message) => {
    const text = message.text()
    if (message.type() === 'error' && !text.startsWith(OF_ANY_DOCUMENT)) faults.push(text)
  })
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('request', (request) => { if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) faults.push(`outside: ${request.url()}`) })
  await page.addInitScript((chosen) => {
    localStorage.setItem('shuyu.language', chosen)
    document.addEventListener('securitypolicyviolation', (event) => {
      // Chromium itself tries to keep the colour of a word that is typed over; the policy is
      // right to stop it, and no code of the page asked for it.
      const isTyping = event.target instanceof Element && event.target.closest('.cm-content') !== null
      if (!isTyping) console.error(`policy: ${event.violatedDirective}`)
    })
  }, language)
  await page.goto(`${origin}/console/sign-in`)
  if (login !== null) {
    const parts = await (await page.request.get(`${origin}/v1/demo/parts`)).json()
    const part = parts.items.find((one: { login: string }) => one.login === login)
    await page.getByRole('button', { name: part.name }).click()
    await page.waitForURL((url) => !url.pathname.endsWith('/sign-in'))
  }
  return { page, context, faults }
}

export async function looks(page: Page, where: string): Promise<void> {
  await page.waitForLoadState('networkidle')
  const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze()
  expect(found.violations.map((one) => [one.id, one.nodes.map((node) => node.html)]), where).toEqual([])
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(overflow, `${where} is wider than the window`).toBeLessThanOrEqual(0)
  expect(await page.title(), where).toMatch(/· (数域|Shuyu)$/)
}

