/** A list that comes in pages: the first at once, each further one when it is asked for. */
import { computed, type ComputedRef, type Ref, ref, shallowRef } from 'vue'

import { type Loaded, useLoad } from './load'
import { tellRefusal } from './notices'

interface Page<T> {
  items: T[]
  next: string | null
}

export interface Paged<T> extends Omit<Loaded<unknown>, 'data'> {
  items: ComputedRef<T[]>
  /** The cursor of the next page; null on the last one. */
  next: Ref<string | null>
  /** Add the next page; why it was refused is told to the person, and what is there stays. */
  loadMore: () => Promise<void>
}

/** Load the first page at once and whenever `key` changes; further pages are dropped then. */
export function usePages<T>(page: (cursor?: string) => Promise<Page<T>>, key: () => unknown = () => 0): Paged<T> {
  const more = shallowRef<T[]>([])
  const next = ref<string | null>(null)
  const { data, ...state } = useLoad(async () => {
    const first = await page()
    more.value = []
    next.value = first.next
    return first.items
  }, key)

  async function loadMore(): Promise<void> {
    if (!next.value) return
    try {
      const found = await page(next.value)
      more.value = [...more.value, ...found.items]
      next.value = found.next
    } catch (error) {
      tellRefusal(error)
    }
  }

  return { ...state, items: computed(() => [...(data.value ?? []), ...more.value]), next, loadMore }
}
