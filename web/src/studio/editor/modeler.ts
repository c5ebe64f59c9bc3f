/** bpmn-js's editor behind a few words. What nobody has changed is given back byte for byte. */
import { BpmnPropertiesPanelModule } from 'bpmn-js-properties-panel'
import Modeler from 'bpmn-js/lib/Modeler'
import minimapModule from 'diagram-js-minimap'

import descriptor from '../../../../workflows/diagrams/liancheng.moddle.json'

import { drawn } from '@/bpmn/drawn'

import type { Finding } from '../checking'
import type { Pen } from '../panel/moddle'
import { type Asked, panelModule } from '../panel/provider'
import { ChineseModule } from './chinese'
import { type Fix, fixOf, focusField } from './fixes'
import { type Fragment, type Fragments, FragmentsModule } from './fragments'
import { KeysModule } from './keys'
import { OffersModule } from './offers'
import type { Canvas, Services, Shape } from './services'

const SMALLEST = 0.55
const PALETTE = 135 // its width and margins, in pixels
const READABLE = 0.75
const UNSAVED = -2 // no place of the stack: what is shown was arranged, nobody has saved it
const SETTLED_MS = 60 // until the panel has drawn what was selected

export interface Marked {
  id: string
  marker: string
}

export interface OpenModeler {
  /** Whether the file says nothing of where its shapes stand: what is shown is arranged, and not saved yet. */
  isArranged: boolean
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
  /** What mends a finding with one click, if only one thing can be meant. */
  fix: (finding: Finding) => Fix | null
  /** Go to the field of the properties that a finding speaks of. */
  focus: (finding: Finding) => void
  /** Let the token stand at an element, or take it off. */
  stand: (id: string) => void
  nameOf: (id: string) => string
  find: () => void
  /** Show or hide the minimap; whether it is shown now. */
  toggleMap: () => boolean
  /** Put a fragment behind what is selected; false where that does not say where. */
  insert: (fragment: Fragment) => boolean
  hasPlace: () => boolean
  /** Draw the properties anew: what can be chosen is different. */
  redraw: () => void
  close: () => void
}

interface Placing {
  append: (source: Shape, shape: unknown) => void
}
interface Making {
  createShape: (attributes: Record<string, unknown>) => unknown
}
interface Overlays {
  add: (id: string, type: string, overlay: Record<string, unknown>) => void
  remove: (filter: { type: string }) => void
}

interface Places {
  canvas: HTMLElement
  panel: HTMLElement
}

/** What the editor tells: something changed, a called process is to be opened. */
export interface Listener {
  changed: () => void
  opened: (called: string) => void
  /** One element is selected; none or several: empty. */
  picked: (id: string) => void
}

/** Show the whole diagram beside the palette, not under it. */
function fit(canvas: Canvas): void {
  canvas.zoom('fit-viewport', 'auto')
  const { x, y, width, height, outer } = canvas.viewbox()
  const room = (PALETTE * width) / Math.max(outer.width - PALETTE, PALETTE)
  canvas.viewbox({ x: x - room, y: y - (room * height) / width / 2, width: width + room, height: height + (room * height) / width })
}

/** Open a BPMN file for editing. Raises if it cannot be read as a diagram. */
export async function openModeler(places: Places, xml: string, asked: Asked, listener: Listener): Promise<OpenModeler> {
  const modeler = new Modeler({
    container: places.canvas,
    propertiesPanel: { parent: places.panel },
    moddleExtensions: { liancheng: descriptor },
    additionalModules: [ChineseModule, OffersModule, FragmentsModule, KeysModule, minimapModule, BpmnPropertiesPanelModule, panelModule(asked)],
  })
  const shownAs = await drawn(xml)
  await modeler.importXML(shownAs.xml)
  const service = <K extends keyof Services>(name: K): Services[K] => modeler.get<Services[K]>(name)
  const canvas = service('canvas')
  const registry = service('elementRegistry')
  const stack = service('commandStack')
  const first = stack._stackIdx
  let opened = { text: xml, at: shownAs.isArranged ? UNSAVED : first }
  let shown: Marked[] = []
  fit(canvas)
  if (canvas.zoom() < SMALLEST) readable(canvas, registry.filter((each) => each.type === 'bpmn:StartEvent')[0])
  const fragments = modeler.get<Fragments>('fragments')
  service('eventBus').on('commandStack.changed', () => listener.changed())
  service('eventBus').on(['liancheng.open', 'element.dblclick'], ({ element }) => {
    const called = element?.type === 'bpmn:CallActivity' && element.businessObject.get('calledElement')
    if (typeof called !== 'string' || !called) return undefined
    listener.opened(called)
    return false
  })
  service('eventBus').on('liancheng.properties', () => places.panel.querySelector<HTMLElement>('input:not(:disabled), select, textarea')?.focus())
  service('eventBus').on('selection.changed', ({ newSelection }) => listener.picked(newSelection?.length === 1 ? (newSelection[0]?.id ?? '') : ''))

  return {
    isArranged: shownAs.isArranged,
    isChanged: () => stack._stackIdx !== opened.at,
    async text() {
      if (stack._stackIdx === opened.at) return opened.text
      if (stack._stackIdx === first && opened.at === UNSAVED) return shownAs.xml
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
    fix: (finding) => fixOf(finding, { registry, modeling: service('modeling'), pen: modeler.get<Pen>('pen'), words: asked.words, take: asked.take, end: (shape) => modeler.get<Placing>('autoPlace').append(shape, modeler.get<Making>('elementFactory').createShape({ type: 'bpmn:EndEvent' })) }),
    focus: (finding) => void window.setTimeout(() => focusField(places.panel, finding), SETTLED_MS),
    stand(id) {
      const overlays = modeler.get<Overlays>('overlays')
      overlays.remove({ type: 'lc-token' })
      const shape = registry.get(id)
      if (!shape) return
      overlays.add(id, 'lc-token', { position: { top: -11, left: -11 }, html: '<div class="lc-token"></div>' })
      canvas.scrollToElement(id, 140)
    },
    nameOf: (id) => String(registry.get(id)?.businessObject.get('name') ?? '') || id,
    // After the click that asks for it: a click outside closes the search.
    find: () => void window.setTimeout(() => modeler.get<{ toggle: () => void }>('searchPad').toggle()),
    toggleMap() {
      const map = modeler.get<{ toggle: () => void; isOpen: () => boolean }>('minimap')
      map.toggle()
      return map.isOpen()
    },
    hasPlace: () => fragments.hasPlace(),
    insert(fragment) {
      if (!fragments.hasPlace()) return false
      fragments.insert(fragment)
      return true
    },
    redraw: () => service('eventBus').fire('propertiesPanel.providersChanged'),
    close() {
      // A tooltip that is still to be shown would be put into a canvas that is gone.
      modeler.get<{ _hide: () => void }>('hoverTooltip')._hide()
      modeler.destroy()
    },
  }
}

/** Too small to be read as a whole: show where it begins, at a size for reading. */
function readable(canvas: Services['canvas'], start: Shape | undefined): void {
  canvas.zoom(READABLE)
  if (start) canvas.scrollToElement(start.id, 190)
}
