/** bpmn-js behind a few words: open, mark, zoom, close. Nothing else knows the library. */
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer'

import { drawn } from './drawn'

/** Node id → what it is marked as. Ids that the diagram lacks are passed over. */
export type Mark = 'done' | 'now' | 'next' | 'hot-1' | 'hot-2' | 'hot-3' | 'added' | 'changed'
export type Marks = Readonly<Record<string, Mark>>

const SMALLEST = 0.6
const READABLE = 0.8

export interface OpenDiagram {
  mark: (marks: Marks) => void
  zoom: (factor: number) => void
  fit: () => void
  close: () => void
}

interface Canvas {
  addMarker: (id: string, marker: string) => void
  removeMarker: (id: string, marker: string) => void
  zoom: (level?: number | 'fit-viewport', center?: 'auto') => number
  scrollToElement: (id: string, padding?: number) => void
}

interface Registry {
  get: (id: string) => unknown
}

interface EventBus {
  on: (event: string, call: (event: { element: { id: string } }) => void) => void
}

/** Draw a BPMN file into an element. Raises if it cannot be read as a diagram. */
export async function openDiagram(
  container: HTMLElement,
  xml: string,
  onPick: (nodeId: string) => void,
): Promise<OpenDiagram> {
  const viewer = new NavigatedViewer({ container })
  await viewer.importXML((await drawn(xml)).xml)
  const canvas = viewer.get<Canvas>('canvas')
  const registry = viewer.get<Registry>('elementRegistry')
  viewer.get<EventBus>('eventBus').on('element.click', ({ element }) => onPick(element.id))
  let shown: [string, string][] = []
  canvas.zoom('fit-viewport', 'auto')
  let isPlaced = canvas.zoom() >= SMALLEST
  return {
    mark(marks) {
      for (const [id, marker] of shown) canvas.removeMarker(id, marker)
      shown = Object.entries(marks)
        .filter(([id]) => registry.get(id) !== undefined)
        .map(([id, mark]) => [id, `lc-${mark}`])
      for (const [id, marker] of shown) canvas.addMarker(id, marker)
      const now = shown.find(([, marker]) => marker === 'lc-now')?.[0]
      if (isPlaced || !now) return
      // Too small to be read as a whole: show where the case stands, at a size for reading.
      canvas.zoom(READABLE)
      canvas.scrollToElement(now, 160)
      isPlaced = true
    },
    zoom: (factor) => void canvas.zoom(canvas.zoom() * factor),
    fit: () => void canvas.zoom('fit-viewport', 'auto'),
    close: () => viewer.destroy(),
  }
}
