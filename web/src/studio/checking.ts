/** Findings of a draft, with edits that are not saved yet; of several questions only the last counts. */
import { computed, type ComputedRef, type Ref, ref } from 'vue'

import { api, ApiError, body, type Schemas } from '@/api/client'

export type Finding = Schemas['DraftFinding']
type Grade = 'error' | 'warning' | 'info'

export interface Checking {
  findings: Ref<Finding[]>
  counts: ComputedRef<Record<Grade, number>>
  isChecking: Ref<boolean>
  /** Why the last check did not succeed; empty when it did. */
  problem: Ref<string>
  /** Check now. */
  check: (edits?: Record<string, string>) => Promise<void>
}

export function useChecking(draftId: () => string): Checking {
  const findings = ref<Finding[]>([])
  const isChecking = ref(true)
  const problem = ref('')
  let round = 0

  async function check(edits: Record<string, string> = {}): Promise<void> {
    const mine = ++round
    isChecking.value = true
    try {
      const path = { params: { path: { draft_id: draftId() } } }
      const reply = await body(api.POST('/api/v1/studio/drafts/{draft_id}/check', { ...path, body: { edits } }))
      if (mine === round) [findings.value, problem.value] = [reply.findings, '']
    } catch (refusal) {
      if (!(refusal instanceof ApiError)) throw refusal
      if (mine === round) problem.value = refusal.message
    } finally {
      if (mine === round) isChecking.value = false
    }
  }

  const counts = computed(() => {
    const found = { error: 0, warning: 0, info: 0 }
    for (const each of findings.value) found[each.severity as Grade] += 1
    return found
  })
  return { findings, counts, isChecking, problem, check }
}

/** Return how findings are marked on a diagram: the worst of an element wins. */
export function marks(findings: readonly Finding[]): { id: string; marker: string }[] {
  const worst = new Map<string, string>()
  for (const each of [...findings].reverse()) if (each.element_id) worst.set(each.element_id, `lc-${each.severity}`)
  return [...worst].map(([id, marker]) => ({ id, marker }))
}
