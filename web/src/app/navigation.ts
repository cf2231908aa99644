// Where each role goes. This only spares people doors that are closed to them; what somebody
// may see or do is decided by the server, whoever types which address.
export interface Place {
  name: string
  roles: readonly string[]
}

const BUSINESS = ['regulator', 'agency', 'source', 'operator', 'processor', 'entity', 'supervisor', 'finance'] as const
const COMPUTING = ['operator', 'processor', 'entity'] as const

/** Where somebody of these roles begins; nothing where no place is theirs. */
export function firstPlace(roles: readonly string[]): string | undefined {
  return navigation.find((place) => place.roles.some((role) => roles.includes(role)))?.name
}

export const navigation: readonly Place[] = [
  { name: 'morning', roles: ['regulator', 'supervisor'] },
  { name: 'inbox', roles: BUSINESS },
  { name: 'workbenches', roles: COMPUTING },
  { name: 'jobs', roles: [...COMPUTING, 'source'] },
  { name: 'catalog', roles: BUSINESS },
  { name: 'scenarios', roles: BUSINESS },
  { name: 'agreements', roles: BUSINESS },
  { name: 'releases', roles: BUSINESS },
  { name: 'products', roles: BUSINESS },
  { name: 'matters', roles: BUSINESS },
  { name: 'consents', roles: ['subject', 'entity'] },
  { name: 'audit', roles: ['audit_admin', 'regulator', 'supervisor', 'agency'] },
  { name: 'rules', roles: [...BUSINESS, 'audit_admin'] },
]
