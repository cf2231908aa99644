// The operator's path: try a statement on the sample, run it unseen, read what the airlock
// would say, submit, and wait for those who sign.
import { expect, it } from 'vitest'
import { looks, origin, seat } from './support'

async function write(page: import('playwright-core').Page, statement: string): Promise<void> {
  await page.getByRole('textbox', { name: '查询语句' }).click()
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type(statement)
  await page.keyboard.press('Escape')
}

it('brings a statement from the sample to the review, and shows no row on the way out', async () => {
  const { page, context, faults } = await seat('lu.yao', 'zh-CN')
  await page.goto(`${origin}/console/workbench`)
  await page.getByRole('link', { name: '分区缴存覆盖报告' }).click()
  await page.getByRole('heading', { name: '可用的表和字段' }).waitFor()

  await write(page, 'SELECT * FROM pg_catalog.pg_tables')
  await page.getByRole('button', { name: '用脱敏样本试一试' }).click()
  const refusal = page.getByRole('alert')
  await refusal.waitFor()
  expect(await refusal.innerText()).toMatch(/WRK-\d+/)
  expect(await refusal.innerText()).toContain('可以改为')
  faults.length = 0 // the browser itself tells of the refused request

  await write(page, 'SELECT district, count(DISTINCT id_card) AS people FROM residents GROUP BY district')
  await page.keyboard.press('ControlOrMeta+Enter')
  await page.getByRole('columnheader', { name: 'people' }).waitFor()
  // The sample as a picture, beside its table.
  await page.getByRole('button', { name: '画成图' }).click()
  await page.getByRole('img', { name: /people 按 district 的条形图/ }).locator('canvas').waitFor()
  await looks(page, 'a sample as a picture')
  await page.getByRole('button', { name: '收起图' }).click()
  await page.getByRole('button', { name: '对全部数据运行' }).click()
  await page.getByRole('button', { name: '开始运行' }).click()
  // All that lacks is said at once.
  expect(await page.getByRole('alert').innerText()).toContain('3')
  await page.getByLabel('结果的名称').fill('按行政区统计人数')
  await page.getByLabel('district 的中文名').fill('行政区')
  await page.getByLabel('people 的中文名').fill('人数')
  await page.getByLabel('people 是人数或企业数').check()
  await looks(page, 'workbench')
  await page.getByRole('button', { name: '开始运行' }).click()

  // Who started it is led on to what came of it.
  await page.waitForURL('**/console/candidates/CAN-*')
  await page.getByText(/机器检查全部通过|未通过/).waitFor()
  await looks(page, 'candidate')
  await page.getByRole('button', { name: '提交出域审核' }).click()
  await page.waitForURL('**/console/cases/CAS-*')
  await page.getByRole('heading', { name: '按行政区统计人数' }).waitFor()
  // Who made it is told why they do not sign.
  await page.getByText('现在不能签署').waitFor()
  expect(faults).toEqual([])
  await context.close()
})

it('keeps a statement that was typed when the page is loaded anew, and nothing of the sample', async () => {
  const { page, context } = await seat('lu.yao', 'zh-CN')
  await page.goto(`${origin}/console/workbench`)
  await page.locator('tbody a').first().click()
  await write(page, 'SELECT state FROM fund_accounts')
  await page.keyboard.press('ControlOrMeta+Enter')
  await page.getByRole('columnheader', { name: 'state' }).waitFor()
  await page.reload()
  await page.getByText('SELECT state FROM fund_accounts').waitFor()
  const kept = await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }))
  expect(kept).toContain('SELECT state FROM fund_accounts')
  expect(kept).not.toMatch(/sampled|rows_count/)
  expect(await page.locator('#sample + p').innerText()).toContain('还没有试过')
  await context.close()
})
