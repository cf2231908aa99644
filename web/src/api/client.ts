// The one way to the server: typed by the OpenAPI document, with the session's token, and
// with every failure as a `Problem`.
//
// INVARIANT (no rule in the browser): what may be done and why not comes in answers; nothing
// here decides it.
import createClient, { type Middleware } from 'openapi-fetch'
import type { components, paths } from './schema'

export type Schemas = components['schemas']
export type ProblemDocument = Schemas['ProblemDocument']
export type Reason = Schemas['ReasonDocument']

/** What went wrong: a refusal with all its reasons, a mistake with a hint, or a fault with its number. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly document: ProblemDocument | null,
  ) {
    super(document?.title ?? `HTTP ${status}`)
  }

  get kind(): 'refusal' | 'mistake' | 'fault' | 'signed_out' | 'unseen' | 'stale' | 'offline' {
    if (this.status === 0) return 'offline'
    if (this.status === 401) return 'signed_out'
    if (this.status === 404) return 'unseen'
    if (this.status === 409 || this.status === 412) return 'stale'
    const word = this.document?.type.split(':').pop()
    return word === 'refusal' || word === 'mistake' ? word : 'fault'
  }

  get reasons(): Reason[] {
    return this.document?.reasons ?? []
  }
}

let csrf = ''

/** Keeps the token that changing requests carry. */
export function carries(token: string): void {
  csrf = token
}

let onSignedOut: () => void = () => {}

/** What happens when the server no longer knows the session. */
export function whenSignedOut(then: () => void): void {
  onSignedOut = then
}

const signed: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET') request.headers.set('x-csrf-token', csrf)
    return request
  },
  onError() {
    return new Problem(0, null)
  },
}

const client = createClient<paths>({ baseUrl: '/', credentials: 'same-origin', cache: 'no-store' })
client.use(signed)

export const { GET, POST, PUT, DELETE } = client

/** The same with the mark of what was read, by which a change says on which state it rests. */
export async function tagged<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<{ view: T; etag: string }> {
  const view = await given(answer)
  return { view, etag: (await answer).response.headers.get('etag') ?? '' }
}

/** What an answer holds, or its problem thrown. */
export async function given<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await answer
  if (response.ok) return data as T
  if (response.status === 401) onSignedOut()
  const isDocument = typeof error === 'object' && error !== null && 'type' in error && 'trace' in error
  throw new Problem(response.status, isDocument ? (error as ProblemDocument) : null)
}
