/** One process in columns from left to right, by bpmn-auto-layout, which knows nothing of lanes and pools. */
import { layoutProcess } from 'bpmn-auto-layout'

import { type Box, children, flows, idOf, parsed, type Point, within } from './model'

export interface Grid {
  boxes: Map<string, Box>
  lines: Map<string, Point[]>
}

const LEFT_OUT = ['laneSet', 'textAnnotation', 'association', 'group', 'extensionElements', 'dataObjectReference', 'dataStoreReference', 'dataObject']
const number = (of: Element, name: string): number => Number(of.getAttribute(name))

/** Lay out a process of a document, and each of its sub-processes by itself: by their ids. Raises where the library finds no way. */
export async function grids(document: Document, process: string): Promise<Map<string, Grid>> {
  const found = parsed(await layoutProcess(alone(document, process)))
  const homes = new Map(within(document, '*').map((each) => [idOf(each), each.parentElement ? idOf(each.parentElement) : '']))
  const all = new Map<string, Grid>([[process, { boxes: new Map(), lines: new Map() }]])
  const of = (drawn: Element): [string, Grid] => {
    const id = drawn.getAttribute('bpmnElement') ?? ''
    const home = homes.get(id) ?? process
    const here = all.get(home) ?? { boxes: new Map<string, Box>(), lines: new Map<string, Point[]>() }
    all.set(home, here)
    return [id, here]
  }
  for (const shape of within(found, 'BPMNShape')) {
    const [id, here] = of(shape)
    here.boxes.set(id, box(shape))
  }
  for (const edge of within(found, 'BPMNEdge')) {
    const [id, here] = of(edge)
    here.lines.set(id, within(edge, 'waypoint').map((each) => ({ x: number(each, 'x'), y: number(each, 'y') })))
  }
  return all
}

function box(shape: Element): Box {
  const bounds = within(shape, 'Bounds')[0]
  if (!bounds) throw new Error('a shape without a place')
  return { x: number(bounds, 'x'), y: number(bounds, 'y'), width: number(bounds, 'width'), height: number(bounds, 'height') }
}

/** The process by itself: only what the library lays out. */
function alone(document: Document, process: string): string {
  const copy = document.cloneNode(true) as Document
  const root = copy.documentElement
  for (const each of [...root.children]) if (each.localName !== 'process' || idOf(each) !== process) each.remove()
  for (const name of LEFT_OUT) for (const each of within(root, name)) each.remove()
  for (const each of children(root, 'process')) each.setAttribute('isExecutable', 'true')
  joined(root)
  return new XMLSerializer().serializeToString(copy)
}

/** Name each flow at both of its ends: files need not, and the library looks there alone. */
function joined(root: Element): void {
  const known = new Map(within(root, '*').map((each) => [idOf(each), each]))
  for (const each of [...within(root, 'incoming'), ...within(root, 'outgoing')]) each.remove()
  for (const { id, from, to } of flows(root, 'sequenceFlow')) {
    for (const [end, name] of [[from, 'outgoing'], [to, 'incoming']] as const) {
      const told = root.ownerDocument.createElementNS(root.namespaceURI, root.prefix ? `${root.prefix}:${name}` : name)
      told.textContent = id
      known.get(end)?.append(told)
    }
  }
}
