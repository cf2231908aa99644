// What things are called: roles and procedures as the jurisdiction calls them, states as the
// language files do.
import { i18n } from './i18n'
import { ref } from 'vue'
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

/** A body: a role as the document calls it, or one outside of the platform. */
export function bodyWord(body: string): string {
  return platform.value?.roles.some((word) => word.role === body) ? roleWord(body) : i18n.global.t(`body.${body}`)
}

/** A procedure. */
export function procedureWord(procedure: string): string {
  if (isEnglish()) return i18n.global.t(`procedure.${procedure}`)
  return platform.value?.procedures.find((word) => word.procedure === procedure)?.zh ?? i18n.global.t(`procedure.${procedure}`)
}

interface RuleWords { what: string; instead: string }
const rules = ref<Record<string, RuleWords>>({})
let isAsked = false

/** What a rule says, in Chinese, by its code; nothing in English, which the server speaks. */
export function ruleWords(code: string): RuleWords | undefined {
  if (isEnglish()) return undefined
  if (!isAsked) {
    isAsked = true
    void import('@/locales/reasons.zh.json').then((words) => { rules.value = words.default })
  }
  return rules.value[code]
}
