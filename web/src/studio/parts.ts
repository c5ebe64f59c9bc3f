/** Taking parts of the library over into the draft: what a fragment or a choice needs comes with it. */
import { api, ApiError, body } from '@/api/client'
import { i18n } from '@/i18n'
import { tell, tellRefusal } from '@/shared/notices'

import type { Vocabulary, Wanted } from './panel/words'

const KINDS = ['processes', 'decisions', 'forms'] as const

/** Return what of `wanted` the draft does not have yet. */
export function missing(words: Vocabulary, wanted: Wanted): Wanted {
  return Object.fromEntries(KINDS.map((kind) => [kind, (wanted[kind] ?? []).filter((id) => !words[kind].some((each) => each.id === id))]))
}

/** Take over what is missing; false if it was refused. `came` is called when something came. */
export async function takeOver(draftId: string, words: Vocabulary, wanted: Wanted, came: () => void): Promise<boolean> {
  const rest = missing(words, wanted)
  if (KINDS.every((kind) => !rest[kind]?.length)) return true
  try {
    const path = { params: { path: { draft_id: draftId } } }
    const found = await body(api.POST('/api/v1/studio/drafts/{draft_id}/parts', { ...path, body: { processes: [], decisions: [], forms: [], ...rest } }))
    if (found.files.length) tell(i18n.global.t('studio.parts.came', { files: found.files.length, parameters: found.parameters.length }))
    came()
    return true
  } catch (refusal) {
    if (!(refusal instanceof ApiError)) throw refusal
    tellRefusal(refusal)
    return false
  }
}
