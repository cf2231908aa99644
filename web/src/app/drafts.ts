// What somebody typed and has not sent: kept in this tab across a session that ends or a page
// that is loaded anew. Nothing from inside the domain is ever kept here, only what people say.
import { ref, watch, type Ref } from 'vue'

const PREFIX = 'shuyu.draft.'

function forget(key: string): void {
  sessionStorage.removeItem(PREFIX + key)
}

function kept(key: string): string {
  return sessionStorage.getItem(PREFIX + key) ?? ''
}

function keep(key: string, value: string): void {
  if (value === '') forget(key)
  else sessionStorage.setItem(PREFIX + key, value)
}

function text(key: () => string): Ref<string> {
  const held = ref(kept(key()))
  watch(held, (value) => keep(key(), value))
  return held
}

export const drafts = { keep, kept, text }
