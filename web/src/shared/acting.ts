/** What a button does: it is under way until it has its answer, and a refusal is told. */
import { type Ref, ref } from 'vue'

import { tellRefusal } from '@/shared/notices'

export interface Acting {
  isBusy: Ref<boolean>
  /** Do it; what is no refusal is a bug and goes on. */
  acting: (act: () => Promise<void>) => Promise<void>
}

export function useActing(): Acting {
  const isBusy = ref(false)

  async function acting(act: () => Promise<void>): Promise<void> {
    isBusy.value = true
    try {
      await act()
    } catch (refusal) {
      tellRefusal(refusal)
    } finally {
      isBusy.value = false
    }
  }

  return { isBusy, acting }
}
