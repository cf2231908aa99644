// Paged lists as the server gives them: pieces by cursor, with the true total.
import { computed } from 'vue'
import { useInfiniteQuery, type QueryKey } from '@tanstack/vue-query'
import type { MaybeRefOrGetter } from 'vue'
import { toValue } from 'vue'

export interface Piece<T> {
  items: T[]
  next_cursor?: string | null
  total: number
}

/** A list that is read piece by piece. `key` names it with its filters. */
export function usePaged<T>(key: MaybeRefOrGetter<QueryKey>, read: (cursor: string | undefined) => Promise<Piece<T>>) {
  const query = useInfiniteQuery({
    queryKey: computed(() => toValue(key)),
    queryFn: ({ pageParam }) => read(pageParam ?? undefined),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  })
  const items = computed(() => query.data.value?.pages.flatMap((piece) => piece.items))
  const total = computed(() => query.data.value?.pages[0]?.total ?? 0)
  /** What a list page shows of it. */
  const list = computed(() => ({
    items: items.value,
    total: total.value,
    error: query.error.value as unknown,
    hasMore: query.hasNextPage.value,
    isLoading: query.isFetchingNextPage.value,
  }))
  return { ...query, items, total, list }
}

/** How many entries a piece has. */
export const PIECE = 50

/** The query of a piece. */
export function piece(cursor: string | undefined): { limit: number; cursor?: string } {
  return cursor === undefined ? { limit: PIECE } : { limit: PIECE, cursor }
}
