// A result that could not leave, on its way back to the workbench: its statement and what was
// declared of it, as its author wrote both. Nothing that was computed is ever kept here.
import type { Schemas } from '@/api/client'
import { drafts } from './drafts'

const key = (scenario: string): string => `mending.${scenario}`

/** The same declaration, as a run takes it. */
export function declaredOf(candidate: Schemas['CandidateView']): Schemas['NewRun'] {
  const output = candidate.output as unknown as { kind: { kind: Schemas['Kind']; key?: string }; columns: Schemas['OutputColumn'][] }
  return {
    title: candidate.title,
    sql: candidate.sql,
    output: { kind: output.kind.kind, columns: output.columns, ...(output.kind.key ? { key: output.kind.key } : {}) },
  }
}

/** Puts it on the workbench of its scenario. */
export function take(scenario: string, run: Schemas['NewRun']): void {
  drafts.keep(`statement.${scenario}`, run.sql)
  drafts.keep(key(scenario), JSON.stringify(run))
}

/** What was put there, once. */
export function taken(scenario: string): Schemas['NewRun'] | undefined {
  const kept = drafts.kept(key(scenario))
  drafts.keep(key(scenario), '')
  return kept ? (JSON.parse(kept) as Schemas['NewRun']) : undefined
}
