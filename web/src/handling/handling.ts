/** What may be done with a task besides deciding it; the bar and the panel of one page share it. */
import { ref } from 'vue'

import { api, body, type Schemas } from '@/api/client'
import { type Loaded, useLoad } from '@/shared/load'

const changes = ref(0)

/** Tell every part of the page that something was done. */
export function changed(): void {
  changes.value += 1
}

export function useHandling(taskId: () => string): Loaded<Schemas['Handling']> {
  return useLoad(
    () => body(api.GET('/api/v1/tasks/{task_id}/handling', { params: { path: { task_id: taskId() } } })),
    () => [taskId(), changes.value].join(),
  )
}

export type Kind = 'transfer' | 'delegate' | 'countersign' | 'handBack' | 'withdraw'
export const NEEDS_COLLEAGUE: ReadonlySet<Kind> = new Set<Kind>(['transfer', 'delegate', 'countersign'])

export interface Choice {
  to: string
  timing: 'before' | 'after'
  note: string
  answers: Record<string, unknown>
}

/** Do one act on a task. Raises ApiError. */
export async function act(kind: Kind, taskId: string, choice: Choice): Promise<void> {
  const params = { path: { task_id: taskId } }
  const { to, timing, note, answers } = choice
  if (kind === 'transfer') await api.POST('/api/v1/tasks/{task_id}/transfer', { params, body: { to, reason: note } })
  else if (kind === 'delegate') await api.POST('/api/v1/tasks/{task_id}/delegation', { params, body: { to, note } })
  else if (kind === 'countersign') await api.POST('/api/v1/tasks/{task_id}/countersigns', { params, body: { to, timing, question: note } })
  else if (kind === 'handBack') await api.POST('/api/v1/tasks/{task_id}/delegation/reply', { params, body: { answers, note } })
  else await api.POST('/api/v1/tasks/{task_id}/withdrawal', { params, body: { reason: note } })
}
