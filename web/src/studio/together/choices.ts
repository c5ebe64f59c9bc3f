/** What both sides changed, and whose version stays. */
import type { Schemas } from '@/api/client'

export type Conflict = Schemas['FileConflict']
export type Side = 'mine' | 'theirs'
/** File to element to side. */
export type Choices = Record<string, Record<string, Side>>

/** Begin with one's own edit everywhere: it is what the person knows. */
export function chooseMine(conflicts: Conflict[], before: Choices = {}): Choices {
  const found: Choices = {}
  for (const { file, element_id: element } of conflicts) {
    found[file] = { ...before[file], ...found[file] }
    found[file][element] ??= 'mine'
  }
  return found
}
