/** bpmn-js's editor behind a few words. What nobody has changed is given back byte for byte. */
import { BpmnPropertiesPanelModule } from 'bpmn-js-properties-panel'
import Modeler from 'bpmn-js/lib/Modeler'

import descriptor from '../../../../workflows/diagrams/liancheng.moddle.json'

import { panelModule } from '../panel/provider'
import type { Vocabulary } from '../panel/words'
import { ChineseModule } from './chinese'
import { OffersModule } from './offers'
import type { Canvas, Services, Shape } from './services'

const SMALLEST = 0.55
const PALETTE = 135 // its width and margins, in pixels
const READABLE = 0.75

export interface Marked {
  id: string
  marker: string
}

export interface OpenModeler {
  /** Whether the diagram differs from what was opened; undone changes do not count. */
  isChanged: () => boolean
  /** The file as it is now: the very text that was opened where nothing differs. */
  text: () => Promise<string>
  /** From now on this is the text that was opened. */
  kept: (text: string) => void
  undo: () => void
  redo: () => void
  canUndo: () => boolean
  canRedo: () => boolean
  zoom: (factor: number) => void
  fit: () => void
  /** Mark elements; marks of before are taken off. Ids that the diagram lacks are passed over. */
  mark: (marked: Marked[]) => void
  has: (id: string) => boolean
  /** The elements of a path that this diagram has, with the flows between neighbours. */
  between: (ids: readonly string[]) => string[]
  show: (id: string) => void
  find: () => void
  close: () => void
}

interface Places {
  canvas: HTMLElement
  panel: HTMLElement
}

/** Show the whole diagram beside the palette, not under it. */
function fit(canvas: Canvas): void {
  canvas.zoom('fit-viewport', 'auto')
  const { x, y, width, height, outer } = canvas.viewbox()
  const room = (PALETTE * width) / Math.max(outer.width - PALETTE, PALETTE)
  canvas.viewbox({ x: x - room, y: y - (room * height) / width / 2, width: width + room, height: height + (room * height) / width })
}

/** Open a BPMN file for editing. Raises if it cannot be read as a diagram. */
export async function openModeler(places: Places, xml: string, words: () => Vocabulary, onChange: () => void): Promise<OpenModeler> {
  const modeler = new Modeler({
    container: places.canvas,
    propertiesPanel: { parent: places.panel },
    moddleExtensions: { liancheng: descriptor },
    additionalModules: [ChineseModule, OffersModule, BpmnPropertiesPanelModule, panelModule(words)],
  })
  await modeler.importXML(xml)
  const service = <K extends keyof Services>(name: K): Services[K] => modeler.get<Services[K]>(name)
  const canvas = service('canvas')
  const registry = service('elementRegistry')
  const stack = service('commandStack')
  let opened = { text: xml, at: stack._stackIdx }
  let shown: Marked[] = []
  fit(canvas)
  if (canvas.zoom() < SMALLEST) readable(canvas, registry.filter((each) => each.type === 'bpmn:StartEvent')[0])
  service('eventBus').on('commandStack.changed', onChange)

  return {
    isChanged: () => stack._stackIdx !== opened.at,
    async text() {
      if (stack._stackIdx === opened.at) return opened.text
      return (await modeler.saveXML({ format: true })).xml ?? opened.text
    },
    kept: (text) => (opened = { text, at: stack._stackIdx }),
    undo: () => stack.undo(),
    redo: () => stack.redo(),
    canUndo: () => stack.canUndo(),
    canRedo: () => stack.canRedo(),
    zoom: (factor) => void canvas.zoom(canvas.zoom() * factor),
    fit: () => fit(canvas),
    mark(marked) {
      for (const { id, marker } of shown) if (registry.get(id)) canvas.removeMarker(id, marker)
      shown = marked.filter(({ id }) => registry.get(id) !== undefined)
      for (const { id, marker } of shown) canvas.addMarker(id, marker)
    },
    has: (id) => registry.get(id) !== undefined,
    between(ids) {
      const here = ids.filter((id, index) => registry.get(id) !== undefined && id !== ids[index - 1])
      const steps = new Set(here.slice(1).map((id, index) => `${here[index] ?? ''} ${id}`))
      const flows = registry.filter((each) => steps.has(`${each.source?.id ?? ''} ${each.target?.id ?? ''}`))
      return [...here, ...flows.map((flow) => flow.id)]
    },
    show(id) {
      const shape = registry.get(id)
      if (!shape) return
      modeler.get<{ select: (shape: Shape) => void }>('selection').select(shape)
      if (canvas.zoom() < SMALLEST) canvas.zoom(READABLE)
      canvas.scrollToElement(id, 140)
    },
    // After the click that asks for it: a click outside closes the search.
    find: () => void window.setTimeout(() => modeler.get<{ toggle: () => void }>('searchPad').toggle()),
    close: () => modeler.destroy(),
  }
}

/** Too small to be read as a whole: show where it begins, at a size for reading. */
function readable(canvas: Services['canvas'], start: Shape | undefined): void {
  canvas.zoom(READABLE)
  if (start) canvas.scrollToElement(start.id, 190)
}
