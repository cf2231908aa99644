// What things are called: roles and procedures as the jurisdiction calls them, states as the
// language files do.
import { i18n } from './i18n'
import { useSession } from './session'

const { platform } = useSession()

function isEnglish(): boolean {
  return i18n.global.locale.value === 'en'
}

/** A role, in the document's words or in English. */
export function roleWord(role: string): string {
  if (isEnglish()) return i18n.global.t(`role.${role}`)
  return platform.value?.roles.find((word) => word.role === role)?.zh ?? i18n.global.t(`role.${role}`)
}

/** A procedure. */
export function procedureWord(procedure: string): string {
  if (isEnglish()) return i18n.global.t(`procedure.${procedure}`)
  return platform.value?.procedures.find((word) => word.procedure === procedure)?.zh ?? i18n.global.t(`procedure.${procedure}`)
}
