// The course of an agreement as one line of moments: what was done, and what is owed or comes
// to pass, each on its day. Only order is made here; days, dues and states are the server's.
import { exactTime } from './format'
import type { Schemas } from '@/api/client'

type Course = Schemas['AgreementCourse']
type Version = Schemas['AgreementVersion']

/** One thing on the line. `at` begins with its day and sorts as text. */
export type Moment = { at: string; key: string } & (
  | { what: 'opened'; case: Schemas['CaseView'] }
  | { what: 'signed'; case: Schemas['CaseView']; step: Schemas['StepView']; opinion: Schemas['OpinionView'] }
  | { what: 'decided'; case: Schemas['CaseView'] }
  | { what: 'filed'; case: Schemas['CaseView']; filing: Schemas['Filing'] }
  | { what: 'version'; version: Version }
  | { what: 'matter'; matter: Schemas['MatterItem'] }
  | { what: 'matterEnded'; matter: Schemas['MatterItem'] }
  | { what: 'scenario'; scenario: Schemas['CourseScenario'] }
  | { what: 'ended'; ground: string }
  | { what: 'begins' }
  | { what: 'ends' }
  | { what: 'duty'; duty: Schemas['CourseDuty'] }
)

function ofCase(one: Schemas['CaseView']): Moment[] {
  const found: Moment[] = [{ what: 'opened', at: exactTime(one.opened_at), key: `${one.id} opened`, case: one }]
  for (const step of one.steps) {
    for (const opinion of step.opinions) {
      found.push({ what: 'signed', at: exactTime(opinion.signed_at), key: `${one.id} ${step.step} ${opinion.person}`, case: one, step, opinion })
    }
  }
  for (const filing of one.filings) {
    if (filing.filed_at != null) found.push({ what: 'filed', at: exactTime(filing.filed_at), key: `${one.id} filed ${filing.to}`, case: one, filing })
  }
  if (one.ended_at != null) found.push({ what: 'decided', at: exactTime(one.ended_at), key: `${one.id} decided`, case: one })
  return found
}

function ofMatter(matter: Schemas['MatterItem']): Moment[] {
  const opened: Moment = { what: 'matter', at: exactTime(matter.opened_at), key: matter.id, matter }
  return matter.ended_at == null ? [opened] : [opened, { what: 'matterEnded', at: exactTime(matter.ended_at), key: `${matter.id} ended`, matter }]
}

/** Whether something owed is still to be done: it stands on the line by its day. */
export const isLeft = (duty: Schemas['CourseDuty']): boolean => duty.duty.state === 'open' || duty.duty.state === 'overdue'

/** Everything, in order; what is of the same moment keeps the order of making. */
export function moments(agreement: Schemas['Agreement'], versions: readonly Version[], course: Course): Moment[] {
  const found: Moment[] = [
    ...course.cases.flatMap(ofCase),
    ...versions.filter((one) => one.decided_at != null).map((version): Moment => ({ what: 'version', at: exactTime(version.decided_at!), key: `version ${version.version}`, version })),
    ...course.matters.flatMap(ofMatter),
    ...course.scenarios.filter((one) => one.approved_at != null).map((scenario): Moment => ({ what: 'scenario', at: exactTime(scenario.approved_at!), key: scenario.scenario, scenario })),
    ...course.duties.filter(isLeft).map((duty): Moment => ({ what: 'duty', at: duty.duty.due_day, key: duty.duty.key, duty })),
  ]
  if (agreement.ended_at != null) found.push({ what: 'ended', at: exactTime(agreement.ended_at), key: 'ended', ground: agreement.ended_ground ?? '' })
  if (agreement.state !== 'draft') found.push({ what: 'begins', at: agreement.from, key: 'begins' })
  // Where its end is owed something, that says it.
  const isSaid = course.duties.some((one) => isLeft(one) && one.duty.kind === 'agreement_end' && one.duty.about === agreement.id)
  if (agreement.state === 'in_force' && !isSaid) found.push({ what: 'ends', at: agreement.until, key: 'ends' })
  return found
    .map((moment, index) => ({ moment, index }))
    .sort((a, b) => (a.moment.at === b.moment.at ? a.index - b.index : a.moment.at < b.moment.at ? -1 : 1))
    .map(({ moment }) => moment)
}

/** The same, cut at a day: what lies behind it, and what is ahead. */
export function cutAt(line: readonly Moment[], today: string): { behind: Moment[]; ahead: Moment[] } {
  const isBehind = (moment: Moment): boolean => moment.at.slice(0, 10) <= today && moment.what !== 'ends' && moment.what !== 'duty'
  return { behind: line.filter(isBehind), ahead: line.filter((moment) => !isBehind(moment)) }
}

/** One part of a version beside what stood there before, as text. */
export interface Change { part: string; heading?: string; before: string; after: string }

function said(text: Schemas['AgreementText'], part: keyof Schemas['AgreementText']): string {
  const value = text[part]
  return value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)
}

/** What a version changed of the one that it followed; contents heading by heading. */
export function changesOf(version: Version, versions: readonly Version[]): Change[] {
  const before = versions.filter((one) => one.version < version.version && one.standing !== 'proposed' && one.standing !== 'overtaken').pop()
  if (!before) return []
  return version.changes.flatMap((part) => {
    if (part === 'contents') {
      const headings = [...new Set([...Object.keys(before.text.contents), ...Object.keys(version.text.contents)])]
      return headings
        .filter((heading) => before.text.contents[heading] !== version.text.contents[heading])
        .map((heading) => ({ part, heading, before: before.text.contents[heading] ?? '', after: version.text.contents[heading] ?? '' }))
    }
    const name = part as keyof Schemas['AgreementText']
    return [{ part, before: said(before.text, name), after: said(version.text, name) }]
  })
}
