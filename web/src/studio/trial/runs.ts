/** The scenarios of a draft, and playing them one after the other. */
import { computed, type ComputedRef, onBeforeUnmount, type Ref, ref } from 'vue'

import { api, ApiError, body, type Schemas } from '@/api/client'

const BREATH_MS = 200 // between two: a server of two cores has other people to serve

export type Line = Schemas['ScenarioLine']

export interface Runs {
  lines: Ref<Line[] | null>
  error: Ref<ApiError | null>
  counts: ComputedRef<Record<Line['state'] & string, number>>
  /** Which one is being played, from 1, and of how many; 0: none. */
  at: Ref<number>
  total: Ref<number>
  load: () => Promise<void>
  play: (paths: string[]) => Promise<void>
  stop: () => void
}

export function useRuns(draftId: string): Runs {
  const lines = ref<Line[] | null>(null)
  const error = ref<ApiError | null>(null)
  const at = ref(0)
  const total = ref(0)
  const path = { params: { path: { draft_id: draftId } } }
  let round = 0

  async function guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work()
      error.value = null
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure
      error.value = failure
    }
  }

  const load = (): Promise<void> => guarded(async () => { lines.value = await body(api.GET('/api/v1/studio/drafts/{draft_id}/scenario-runs', path)) })

  async function play(paths: string[]): Promise<void> {
    const mine = ++round
    total.value = paths.length
    await guarded(async () => {
      for (const [n, one] of paths.entries()) {
        if (n) await new Promise((on) => window.setTimeout(on, BREATH_MS))
        if (mine !== round) return
        at.value = n + 1
        const line = await body(api.POST('/api/v1/studio/drafts/{draft_id}/scenario-runs', { ...path, body: { path: one } }))
        if (mine !== round) return
        lines.value = (lines.value ?? []).map((each) => (each.path === line.path ? line : each))
      }
    })
    if (mine === round) at.value = 0
  }

  function stop(): void {
    round += 1
    at.value = 0
  }

  const counts = computed(() => {
    const found = { open: 0, passed: 0, failed: 0 }
    for (const each of lines.value ?? []) found[each.state as keyof typeof found] += 1
    return found
  })
  onBeforeUnmount(stop)
  return { lines, error, counts, at, total, load, play, stop }
}
