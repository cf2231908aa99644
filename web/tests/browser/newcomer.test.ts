// What somebody sees who has never been here: a result that cannot leave and why, the mend, the
// signature, and a proof that they compute themselves. In twelve presses, within two minutes.
import { expect, it } from 'vitest'
import type { Locator } from 'playwright-core'
import { looks, origin, seat } from './support'

const PRESSES_MAX = 12
const SECONDS_MAX = 120

it('leads a newcomer from a refused result to a proof in twelve presses and two minutes', async () => {
  const { page, context, faults } = await seat(null, 'zh-CN')
  let presses = 0
  const press = async (what: Locator): Promise<void> => { presses += 1; await what.click() }
  const began = Date.now()
  await page.goto(`${origin}/console/`)
  await press(page.getByRole('button', { name: /陆遥/ }))

  // A result that cannot leave, and why.
  await press(page.getByRole('link', { name: '各缴存基数档人数' }))
  await page.getByText('AIR-002').first().waitFor()
  await looks(page, 'a result that cannot leave')

  // The mend: the clause that the check itself names, and another run.
  await press(page.getByRole('button', { name: '按此改写，回到工作台' }).first())
  await page.getByText('HAVING').first().waitFor()
  await looks(page, 'a result that is mended')
  await press(page.getByRole('button', { name: '开始运行' }))
  await page.waitForURL('**/console/candidates/CAN-*')
  await page.getByText('机器检查全部通过').waitFor()
  await press(page.getByRole('button', { name: '提交出域审核' }))
  await page.waitForURL('**/console/cases/CAS-*')
  await page.getByRole('heading', { name: '离开什么' }).waitFor()

  // The signature, by somebody else, on what waits for them.
  await press(page.getByRole('button', { name: '换个角色' }))
  await press(page.getByRole('button', { name: /谭慧/ }))
  await press(page.getByRole('link', { name: '处理 分列充电桩总量' }))
  await page.getByLabel('理由').fill('只有汇总，不涉及个人')
  await press(page.getByLabel('同意', { exact: true }))
  await press(page.getByRole('button', { name: '提交签署' }))

  // The proof, computed in this browser.
  await press(page.getByRole('link', { name: /在日志中验证第 \d+ 号记录/ }))
  await press(page.getByRole('button', { name: '验证此记录' }))
  await page.getByText('成立：该记录在大小为').waitFor()
  const seconds = (Date.now() - began) / 1000
  expect(presses).toBeLessThanOrEqual(PRESSES_MAX)
  expect(seconds).toBeLessThan(SECONDS_MAX)
  expect(faults).toEqual([])
  await context.close()
})
