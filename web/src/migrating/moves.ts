/** Moving cases one after the other: each by itself, so that one that fails holds up none. */
import { computed, type ComputedRef, ref, type Ref } from 'vue'

import { api, ApiError, body, type Schemas } from '@/api/client'

export interface Result {
  id: string
  number: string
  state: 'moved' | 'stays' | 'undone'
  why: string
}

export interface Moves {
  results: Ref<Result[]>
  /** How many are to be moved in the run under way; 0: none runs. */
  total: Ref<number>
  done: Ref<number>
  moved: ComputedRef<number>
  run: (cases: Schemas['NumberedCase'][], move: Schemas['Move']) => Promise<void>
  undo: (result: Result, reason: string) => Promise<void>
  stop: () => void
}

export function useMoves(): Moves {
  const results = ref<Result[]>([])
  const total = ref(0)
  const done = ref(0)
  let isStopped = false

  async function run(cases: Schemas['NumberedCase'][], move: Schemas['Move']): Promise<void> {
    isStopped = false
    total.value = cases.length
    done.value = 0
    for (const each of cases) {
      if (isStopped) break
      results.value.push({ ...each, ...(await outcome(each.id, move)) })
      done.value += 1
    }
    total.value = 0
  }

  async function undo(result: Result, reason: string): Promise<void> {
    await body(api.POST('/api/v1/cases/{case_id}/migration/undo', { params: { path: { case_id: result.id } }, body: { reason } }))
    result.state = 'undone'
  }

  const moved = computed(() => results.value.filter((each) => each.state === 'moved').length)
  const stop = (): void => { isStopped = true }
  return { results, total, done, moved, run, undo, stop }
}

async function outcome(id: string, move: Schemas['Move']): Promise<Pick<Result, 'state' | 'why'>> {
  try {
    await body(api.POST('/api/v1/cases/{case_id}/migration', { params: { path: { case_id: id } }, body: move }))
    return { state: 'moved', why: '' }
  } catch (refusal) {
    if (!(refusal instanceof ApiError)) throw refusal
    return { state: 'stays', why: refusal.message }
  }
}
