/** The rows of a list, page after page. */
import { computed, type ComputedRef, ref, type Ref, shallowRef, watch } from 'vue'

import { api, ApiError, body, type Schemas } from '@/api/client'
import { useLoad } from '@/shared/load'
import { tellRefusal } from '@/shared/notices'

import type { ListQuery } from './filters'

export type Row = Schemas['Row']
type Load = ReturnType<typeof useLoad<Schemas['RowList']>>

const PAGE = 30

export interface Rows {
  rows: ComputedRef<Row[]>
  error: Load['error']
  isLoading: Load['isLoading']
  hasMore: ComputedRef<boolean>
  isLoadingMore: Ref<boolean>
  more: () => Promise<void>
  reload: () => Promise<void>
}

export function useRows(list: () => string, query: () => ListQuery): Rows {
  const later = shallowRef<Row[]>([])
  const next = ref<string | null>(null)
  const isLoadingMore = ref(false)

  function fetched(cursor: string | null): Promise<Schemas['RowList']> {
    const params = { path: { list_name: list() }, query: { ...query(), limit: PAGE, ...(cursor ? { cursor } : {}) } }
    return body(api.GET('/api/v1/workbench/{list_name}', { params }))
  }

  const { data, error, isLoading, reload } = useLoad(() => fetched(null), () => JSON.stringify([list(), query()]))
  watch(data, (found) => {
    later.value = []
    next.value = found?.next ?? null
  })

  async function more(): Promise<void> {
    if (!next.value || isLoadingMore.value) return
    isLoadingMore.value = true
    const from = next.value
    try {
      const found = await fetched(from)
      if (next.value !== from) return
      later.value = [...later.value, ...found.items]
      next.value = found.next
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure
      tellRefusal(failure)
    } finally {
      isLoadingMore.value = false
    }
  }

  return {
    rows: computed(() => [...(data.value?.items ?? []), ...later.value]),
    error,
    isLoading,
    hasMore: computed(() => next.value !== null),
    isLoadingMore,
    more,
    reload,
  }
}
