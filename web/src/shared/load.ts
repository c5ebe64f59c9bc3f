/** Loading a page's data: the data, whether it is on its way, and why it failed. */
import { onBeforeUnmount, type Ref, ref, shallowRef, watch } from 'vue'

import { ApiError } from '@/api/client'

export interface Loaded<T> {
  data: Ref<T | null>
  error: Ref<ApiError | null>
  isLoading: Ref<boolean>
  /** Load again; what is shown stays until the new data are there. */
  reload: () => Promise<void>
}

/** Load at once and whenever `key` changes; an answer that came too late is dropped. */
export function useLoad<T>(load: () => Promise<T>, key: () => unknown = () => 0): Loaded<T> {
  const data = shallowRef<T | null>(null)
  const error = ref<ApiError | null>(null)
  const isLoading = ref(true)
  let round = 0

  async function reload(): Promise<void> {
    const mine = ++round
    isLoading.value = true
    try {
      const found = await load()
      if (mine === round) [data.value, error.value] = [found, null]
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure
      if (mine === round) error.value = failure
    } finally {
      if (mine === round) isLoading.value = false
    }
  }

  watch(key, () => void reload(), { immediate: true })
  onBeforeUnmount(() => ++round)
  return { data, error, isLoading, reload }
}
