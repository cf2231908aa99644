// The page of a thing, by its id.

const PLACES: Record<string, string> = { AGR: 'agreement', CAS: 'case', MAT: 'matter', RES: 'resource', SCN: 'scenario' }

/** The page of what somebody owes something about, where it has one here. */
export function placeOf(id: string): { name: string; params: { id: string } } | undefined {
  const name = /^[A-Z]{3}-/.test(id) ? PLACES[id.slice(0, 3)] : undefined
  return name ? { name, params: { id } } : undefined
}
