// Who is signed in, and what this platform is: its document, its words, its environment.
import { computed, ref, shallowRef } from 'vue'
import { GET, POST, DELETE, Problem, carries, given, type Schemas } from '@/api/client'

export type Me = Schemas['Me']
export type Platform = Schemas['Platform']

const me = shallowRef<Me | null>(null)
const platform = shallowRef<Platform | null>(null)
const isKnown = ref(false)

/** That this browser signed in: spares a question whose answer would be no. */
const HINT = 'shuyu.signed_in'

async function settled(next: Me | null): Promise<void> {
  me.value = next
  if (next === null) localStorage.removeItem(HINT)
  else localStorage.setItem(HINT, 'yes')
  carries(next?.csrf ?? '')
}

/** Asks the server once who is signed in. */
async function recall(): Promise<void> {
  if (isKnown.value) return
  platform.value = await given(GET('/v1/platform'))
  if (localStorage.getItem(HINT) === null) {
    isKnown.value = true
    return
  }
  try {
    await settled(await given(GET('/v1/me')))
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.kind !== 'signed_out') throw problem
    await settled(null)
  }
  isKnown.value = true
}

async function signIn(login: string, password: string): Promise<void> {
  await settled(await given(POST('/v1/sessions', { body: { login, password } })))
}

/** In a demonstration alone: takes a part without a password. */
async function takePart(login: string): Promise<void> {
  await settled(await given(POST('/v1/demo/sessions', { body: { login } })))
}

async function signOut(): Promise<void> {
  await given(DELETE('/v1/sessions/current'))
  await settled(null)
}

/** The session ended on the server's side. */
function ended(): void {
  void settled(null)
}

const hasAny = (...roles: string[]): boolean => roles.some((role) => me.value?.roles.includes(role as never) ?? false)

/** Spares who may not read the journal a way to its refusal. */
const readsJournal = computed(() => hasAny('audit_admin', 'regulator', 'agency', 'supervisor'))

export function useSession() {
  return { readsJournal, me, platform, isSignedIn: computed(() => me.value !== null), recall, signIn, takePart, signOut, ended, hasAny }
}
