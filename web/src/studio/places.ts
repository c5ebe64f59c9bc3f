/** Where in a draft's tabs a file and an element of it are shown. */
import { useRoute } from 'vue-router'

const TABS: readonly [start: string, tab: string][] = [['bpmn/', 'diagram'], ['dmn/', 'tables'], ['examples/', 'tables'], ['forms/', 'forms'], ['procedure.json', 'profile']]

/** Return the address; of a file that no tab shows, the list of files. */
export function addressOf(draftId: string, file: string, element = ''): string {
  const tab = TABS.find(([start]) => file.startsWith(start))?.[1] ?? 'files'
  return `/studio/drafts/${draftId}/${tab}?${new URLSearchParams({ file, at: element }).toString()}`
}

/** Return the file and the element that the address asks for; empty where it asks for none. */
export function useAsked(): { file: string; at: string } {
  const { file, at } = useRoute().query
  return { file: typeof file === 'string' ? file : '', at: typeof at === 'string' ? at : '' }
}
