/** Looking something up when the person asks for it: found, refused, on its way. */
import { ref, type Ref, shallowRef } from 'vue'

import { ApiError } from '@/api/client'

export interface Looking<T> {
  found: Ref<T | null>
  refusal: Ref<string>
  isBusy: Ref<boolean>
  look: () => Promise<void>
}

export function useLookUp<T>(ask: () => Promise<T>): Looking<T> {
  const found = shallowRef<T | null>(null)
  const refusal = ref('')
  const isBusy = ref(false)

  async function look(): Promise<void> {
    isBusy.value = true
    refusal.value = ''
    try {
      found.value = await ask()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      found.value = null
      refusal.value = error.message
    } finally {
      isBusy.value = false
    }
  }
  return { found, refusal, isBusy, look }
}
