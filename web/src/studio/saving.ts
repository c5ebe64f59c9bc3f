/** Saving an edited file over what was opened, never over others; nothing typed is lost by leaving. */
import { onBeforeUnmount, onMounted, type Ref, ref, shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { onBeforeRouteLeave, onBeforeRouteUpdate } from 'vue-router'

import { api, ApiError, body, save as give, type Schemas } from '@/api/client'
import { tell, tellRefusal } from '@/shared/notices'

import './together/language'

import type { Choices, Conflict } from './together/choices'

/** An editor that has a file open. */
export interface Opened {
  isChanged: () => boolean
  /** The file as it is now: the very text that was opened where nothing differs. */
  text: () => Promise<string>
  /** From now on this is the text that was opened. */
  kept: (text: string) => void
}

export interface SavedFile {
  save: () => Promise<void>
  /** Give the person their work as a file. */
  download: () => Promise<void>
  /** Bring one's edit and what others saved together, and save that; what both changed is given back instead. */
  merge: (choices: Choices[string]) => Promise<Conflict[]>
  /** Who was faster, where a save was refused. */
  stale: Ref<ApiError | null>
  problem: Ref<string>
}

export interface Saving extends SavedFile {
  mayLeave: () => Promise<boolean>
}

/** What is edited on the same page and saved along with the file. */
export interface Beside {
  isChanged: () => boolean
  save: () => Promise<void>
}

/** Saving alone; who asks before the page is left is somebody else. */
export function useFile(draftId: string, file: Schemas['FileText'], opened: () => Opened | null, done: () => void): SavedFile {
  const { t } = useI18n()
  const stale = shallowRef<ApiError | null>(null)
  const problem = ref('')
  let base = file.revision

  async function save(): Promise<void> {
    const open = opened()
    if (!open?.isChanged()) return
    const text = await open.text()
    stale.value = null
    try {
      const params = { path: { draft_id: draftId, path: file.path } }
      base = (await body(api.PUT('/api/v1/studio/drafts/{draft_id}/files/{path}', { params, body: { text, base } }))).revision
      open.kept(text)
      tell(t('studio.editor.saved'))
      done()
    } catch (refusal) {
      if (refusal instanceof ApiError && ['STALE', 'LOCKED'].includes(refusal.code)) stale.value = refusal
      else tellRefusal(refusal)
    }
  }

  async function merge(choices: Choices[string]): Promise<Conflict[]> {
    const open = opened()
    if (!open) return []
    const params = { path: { draft_id: draftId, path: file.path } }
    const merged = await body(api.POST('/api/v1/studio/drafts/{draft_id}/joins/{path}', { params, body: { text: await open.text(), base, choices } }))
    if (merged.text === null) return merged.conflicts
    await api.PUT('/api/v1/studio/drafts/{draft_id}/files/{path}', { params, body: { text: merged.text, base: merged.revision } })
    open.kept(await open.text())
    tell(t('together.merged'))
    done()
    return []
  }

  async function download(): Promise<void> {
    const text = (await opened()?.text()) ?? ''
    give(new Blob([text], { type: 'text/plain' }), file.path.split('/').pop() ?? 'draft')
  }

  return { save, download, merge, stale, problem }
}

export function useSaving(draftId: string, file: Schemas['FileText'], opened: () => Opened | null, done: () => void, beside: Beside | null = null): Saving {
  const { t } = useI18n()
  const own = useFile(draftId, file, opened, done)
  const isChanged = (): boolean => Boolean(opened()?.isChanged() || beside?.isChanged())

  async function save(): Promise<void> {
    await own.save()
    await beside?.save()
  }

  const mayLeave = (): Promise<boolean> => Promise.resolve(!isChanged() || window.confirm(t('studio.editor.leave')))
  const unload = (event: BeforeUnloadEvent): void => {
    if (isChanged()) event.preventDefault()
  }
  const keys = (event: KeyboardEvent): void => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== 's') return
    event.preventDefault()
    void save()
  }

  onMounted(() => {
    window.addEventListener('beforeunload', unload)
    window.addEventListener('keydown', keys)
  })
  onBeforeUnmount(() => {
    window.removeEventListener('beforeunload', unload)
    window.removeEventListener('keydown', keys)
  })
  onBeforeRouteLeave(mayLeave)
  onBeforeRouteUpdate(mayLeave)
  return { ...own, save, mayLeave }
}
