// Two languages: Chinese is the source, English is complete or the build fails (`Words` is
// the shape of the Chinese file, and a test compares the keys).
import { createI18n } from 'vue-i18n'
import zh from '@/locales/zh-CN.json'
import en from '@/locales/en.json'

export type Words = typeof zh
export const LANGUAGES = ['zh-CN', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

const KEY = 'shuyu.language'

function remembered(): Language {
  const kept = localStorage.getItem(KEY)
  return LANGUAGES.find((known) => known === kept) ?? 'zh-CN'
}

export const i18n = createI18n<[Words], Language, false>({
  legacy: false,
  locale: remembered(),
  fallbackLocale: false as never,
  messages: { 'zh-CN': zh, en },
  missing(locale, key) {
    // A page without its words is a fault, not a blank: tests read the console.
    console.error(`untranslated: ${locale} ${key}`)
    return key
  },
})

export function speak(language: Language): void {
  i18n.global.locale.value = language
  localStorage.setItem(KEY, language)
  document.documentElement.lang = language
}
document.documentElement.lang = i18n.global.locale.value
