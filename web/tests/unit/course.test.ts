// The line of an agreement: order, the cut at today, and what a version changed.
import { describe, expect, it } from 'vitest'
import { changesOf, cutAt, moments } from '../../src/app/course'
import type { Schemas } from '../../src/api/client'

const at = (text: string): number => Date.parse(`${text}:00+08:00`) * 1000
const agreement = { state: 'in_force', from: '2026-06-16', until: '2027-06-15' } as Schemas['Agreement']
const version = (number: number, standing: string, said: Partial<Schemas['AgreementVersion']> = {}, text: Partial<Schemas['AgreementText']> = {}) =>
  ({ version: number, standing, changes: [], decided_at: null, ...said, text: { contents: {}, resources: [], until: '2027-06-15', ...text } }) as unknown as Schemas['AgreementVersion']
const duty = (due_day: string, state: string) => ({ duty: { key: `${due_day} ${state}`, due_day, state }, working_days_left: 3 }) as unknown as Schemas['CourseDuty']
const course = (said: Partial<Schemas['AgreementCourse']> = {}) => ({ today: '2026-08-01', days_left: 318, cases: [], matters: [], duties: [], scenarios: [], ...said }) as Schemas['AgreementCourse']

describe('the line of an agreement', () => {
  const step = { step: 'agency', title: '签署', opinions: [{ person: 'PER-1', outcome: 'approve', signed_at: at('2026-06-15T10:00') }] }
  const opened = { id: 'CAS-1', state: 'approved', opened_at: at('2026-06-10T09:00'), ended_at: at('2026-06-15T10:00'), steps: [step], filings: [{ to: 'regulator', filed_at: at('2026-07-01T09:00') }, { to: 'province', filed_at: null }] } as unknown as Schemas['CaseView']
  const whole = course({ cases: [opened], duties: [duty('2026-07-10', 'overdue'), duty('2026-09-01', 'open'), duty('2026-07-01', 'met')] })
  const line = moments(agreement, [version(1, 'holds', { decided_at: at('2026-06-15T10:00') })], whole)

  it('holds each thing once, in the order of its day', () => {
    expect(line.map((one) => [one.what, one.at.slice(0, 10)])).toEqual([
      ['opened', '2026-06-10'], ['signed', '2026-06-15'], ['decided', '2026-06-15'], ['version', '2026-06-15'], ['begins', '2026-06-16'],
      ['filed', '2026-07-01'], ['duty', '2026-07-10'], ['duty', '2026-09-01'], ['ends', '2027-06-15'],
    ])
    expect(new Set(line.map((one) => one.key)).size).toBe(line.length)
  })

  it('leaves what is overdue ahead, at its head: it is still to be done', () => {
    const { behind, ahead } = cutAt(line, '2026-08-01')
    expect(ahead.map((one) => one.at)).toEqual(['2026-07-10', '2026-09-01', '2027-06-15'])
    expect(behind.map((one) => one.what)).toEqual(['opened', 'signed', 'decided', 'version', 'begins', 'filed'])
  })

  it('says neither a first nor a last day of what nobody has signed', () => {
    expect(moments({ ...agreement, state: 'draft' } as Schemas['Agreement'], [], course())).toEqual([])
  })
})

describe('what a version changed', () => {
  const first = version(1, 'replaced', {}, { contents: { 数据安全: '每年检查', 费用: '面议' } })
  const second = version(2, 'holds', { changes: ['until', 'contents'] }, { until: '2028-06-15', contents: { 数据安全: '每年检查两次', 费用: '面议', 争议: '仲裁' } })
  const overtaken = version(3, 'overtaken', { changes: ['until'] }, { until: '2030-01-01' })
  const proposed = version(3, 'proposed', { changes: ['until'] }, { until: '2029-06-15' })
  const all = [first, second, overtaken, proposed]

  it('is told part by part, of contents only the headings that differ', () => {
    expect(changesOf(second, all)).toEqual([
      { part: 'until', before: '2027-06-15', after: '2028-06-15' },
      { part: 'contents', heading: '数据安全', before: '每年检查', after: '每年检查两次' },
      { part: 'contents', heading: '争议', before: '', after: '仲裁' },
    ])
  })

  it('is told beside the version that holds, not beside one that never did', () => {
    expect(changesOf(proposed, all)).toEqual([{ part: 'until', before: '2028-06-15', after: '2029-06-15' }])
    expect(changesOf(first, all)).toEqual([])
  })
})
