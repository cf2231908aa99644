// The operator applies for a scenario: every fault at once, what was typed stays, then its case.
import { expect, it } from 'vitest'
import { looks, origin, seat } from './support'

it('tells every fault of an application at once, keeps what was typed, and opens its case', async () => {
  const { page, context, faults } = await seat('lu.yao', 'zh-CN')
  await page.goto(`${origin}/console/scenarios`)
  await page.getByRole('link', { name: '申请应用场景' }).click()
  await page.getByRole('heading', { level: 1, name: '申请应用场景' }).waitFor()
  await page.getByRole('button', { name: '提交申请' }).click()
  const summary = page.getByRole('alert')
  expect(await summary.innerText()).toContain('有 5 处需要补正')
  expect(await summary.evaluate((box) => box === document.activeElement)).toBe(true)
  await looks(page, 'an application with its faults')

  await page.getByLabel('名称').fill('公积金断缴监测')
  await page.getByLabel('用途', { exact: true }).fill('按行政区监测公积金断缴人数，供稳就业决策参考')
  await page.reload()
  expect(await page.getByLabel('名称').inputValue()).toBe('公积金断缴监测')

  await page.getByLabel('公共治理').check()
  const select = page.getByLabel('所依协议')
  await select.selectOption({ index: 0 })
  const table = page.locator('details', { hasText: '住房公积金账户' })
  await table.locator('summary').click()
  await table.getByRole('checkbox', { name: /账户状态/ }).check()
  await page.getByRole('button', { name: '提交申请' }).click()
  expect(await summary.innerText()).toContain('state')
  await table.getByLabel('需要“账户状态”的理由').fill('区分正常缴存和断缴')
  for (const [label, text] of [['服务对象', '市人社局'], ['服务范围', '本市'], ['预期成效', '及时发现断缴'], ['数据开发利用方式', '分区统计报告'], ['运营类型', '自营']] as const) {
    await page.getByLabel(label).fill(text)
  }
  // What the rules want beside is said by the server, in Chinese, with its clause.
  await page.getByRole('button', { name: '提交申请' }).click()
  await page.getByText('应用场景没有附应急预案。').waitFor()
  faults.length = 0 // the browser itself tells of the refused request
  await page.getByLabel('应急预案文件的摘要').fill(`sha256:${'a'.repeat(64)}`)
  await page.getByRole('button', { name: '提交申请' }).click()
  await page.waitForURL('**/console/cases/CAS-*')
  await page.getByRole('heading', { level: 1, name: '公积金断缴监测' }).waitFor()
  expect(await page.locator('main').innerText()).toContain('区分正常缴存和断缴')
  expect(faults).toEqual([])
  await context.close()
})
