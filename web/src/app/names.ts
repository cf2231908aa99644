// What people call people and organisations. Pages name them by id; the names come in one
// question for all that a page asks in the same moment.
import { reactive } from 'vue'
import { GET, given } from '@/api/client'

const known = reactive(new Map<string, string>())
const asked = new Set<string>()
let waiting: string[] = []

/** What has a name to ask for: people, organisations, resources and scenarios. */
const NAMED = /^(PER|ORG|RES|SCN)-[0-9a-f]{32}$/

/** The server answers for so many ids at once. */
const IDS_MAX = 100

function ask(): void {
  const batch = waiting.splice(0, IDS_MAX)
  if (waiting.length > 0) queueMicrotask(ask)
  given(GET('/v1/names', { params: { query: { ids: batch.join(',') } } }))
    .then((answer) => {
      for (const one of answer.items) known.set(one.id, one.name)
    })
    // A name that cannot be had leaves the id, which says the same.
    .catch(() => batch.forEach((id) => asked.delete(id)))
}

/** The name, or the id until it is known. */
export function nameOf(id: string): string {
  const name = known.get(id)
  if (name !== undefined) return name
  if (NAMED.test(id) && !asked.has(id)) {
    asked.add(id)
    if (waiting.length === 0) queueMicrotask(ask)
    waiting.push(id)
  }
  return id
}
