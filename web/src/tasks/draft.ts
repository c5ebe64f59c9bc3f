/** Saving a task's draft as one types: one request at a time, the newest answers last. */
import { onBeforeUnmount, onMounted, ref } from 'vue'

import { api, ApiError, body, type Schemas } from '@/api/client'
import type { Answers } from '@/forms/formjs'

const PAUSE_MS = 900

export type DraftState = 'clean' | 'waiting' | 'saving' | 'saved' | 'failed' | 'stale' | 'over'

export interface DraftKeeper {
  state: ReturnType<typeof ref<DraftState>>
  savedAt: ReturnType<typeof ref<string>>
  reason: ReturnType<typeof ref<string>>
  /** Tell that something was typed. */
  touch: () => void
  /** Save now, over a newer draft too if `force`. */
  save: (force?: boolean) => Promise<void>
  /** Give up saving: the task is done. */
  stop: () => void
}

/** Keep the draft of a task; `version` is that of the draft it was opened with. */
export function useDraft(taskId: string, answers: () => Answers, opened: Schemas['Draft'] | null): DraftKeeper {
  const state = ref<DraftState>('clean')
  const savedAt = ref(opened?.saved_at ?? '')
  const reason = ref('')
  let version: number | null = opened?.version ?? null
  let timer = 0
  let isOver = false

  function touch(): void {
    if (isOver || state.value === 'stale') return
    if (state.value !== 'saving') state.value = 'waiting'
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void save(), PAUSE_MS)
  }

  async function save(force = false): Promise<void> {
    if (isOver || state.value === 'saving') return
    window.clearTimeout(timer)
    state.value = 'saving'
    const sent = JSON.stringify(answers())
    try {
      const saved = await body(
        api.PUT('/api/v1/tasks/{task_id}/draft', {
          params: { path: { task_id: taskId } },
          body: { answers: JSON.parse(sent) as Answers, version: force ? null : version },
        }),
      )
      ;[version, savedAt.value, state.value] = [saved.version, saved.saved_at, 'saved']
      if (!isOver && JSON.stringify(answers()) !== sent) touch()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      refused(error)
    }
  }

  function refused(error: ApiError): void {
    reason.value = error.message
    if (error.code === 'DRAFT_STALE') state.value = 'stale'
    else state.value = error.status === 409 ? 'over' : 'failed'
  }

  const isUnsaved = (): boolean => ['waiting', 'saving', 'failed'].includes(state.value)
  const retry = (): void => void (state.value === 'failed' && save())
  const warn = (event: BeforeUnloadEvent): void => {
    if (isUnsaved() && !isOver) event.preventDefault()
  }

  onMounted(() => {
    window.addEventListener('online', retry)
    window.addEventListener('beforeunload', warn)
  })
  onBeforeUnmount(() => {
    window.removeEventListener('online', retry)
    window.removeEventListener('beforeunload', warn)
    if (state.value === 'waiting') void save()
  })

  return { state, savedAt, reason, touch, save, stop: () => { isOver = true; window.clearTimeout(timer) } }
}
