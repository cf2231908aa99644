// The tables that a scenario may be computed on: its fields, by resource, as the department
// describes them.
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { useQueries } from '@tanstack/vue-query'
import { GET, given, type Schemas } from '@/api/client'

export interface Table {
  resource: string
  name: string
  title: string
  columns: Schemas['Column'][]
}

export function useTables(scenario: MaybeRefOrGetter<Schemas['Scenario'] | undefined>) {
  const ids = computed(() => [...new Set(toValue(scenario)?.fields.map((field) => field.resource) ?? [])])
  const resources = useQueries({
    queries: computed(() =>
      ids.value.map((id) => ({
        queryKey: ['resource', id],
        queryFn: () => given(GET('/v1/resources/{id}', { params: { path: { id } } })),
      })),
    ),
  })
  const error = computed(() => resources.value.find((one) => one.error)?.error ?? null)
  const tables = computed<Table[]>(() => {
    const asked = toValue(scenario)?.fields ?? []
    return resources.value.flatMap(({ data }) => {
      if (!data) return []
      const columns = data.columns.filter((column) => asked.some((field) => field.resource === data.id && field.column === column.name))
      return [{ resource: data.id, name: data.name, title: data.title, columns }]
    })
  })
  return { tables, error }
}
