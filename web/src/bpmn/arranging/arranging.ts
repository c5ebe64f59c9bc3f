/**
 * Arranges a diagram that has no drawing: processes by bpmn-auto-layout, one below the other; nodes
 * in their lanes, lanes in their pools, notes beneath. What the file says of the process stays byte for byte.
 */
import { banded, routed } from './banding'
import { type Grid, grids } from './grid'
import { bottom, type Box, children, flows, idOf, lanes, middle, parsed, right, within } from './model'
import { type Drawing, inserted, written } from './writing'

const MARGIN = 40
const HEAD = 30 // the strip with the name of a pool or a lane
const BLACK_BOX = 60
const NOTE: Box = { x: 0, y: 0, width: 200, height: 60 }

/** Raises if the text is no BPMN that can be drawn. */
export async function arranged(xml: string): Promise<string> {
  const document = parsed(xml)
  const root = document.documentElement
  const pools = within(root, 'participant')
  const processes = children(root, 'process')
  const plane = children(root, 'collaboration').map(idOf)[0] ?? processes.map(idOf)[0]
  if (!plane) throw new Error('no process')
  const drawing: Drawing = { plane, shapes: new Map(), lines: new Map(), marks: marks(root) }
  const planes: Drawing[] = []
  let top = MARGIN
  for (const process of processes) {
    const pool = pools.find((each) => each.getAttribute('processRef') === idOf(process))
    if (pools.length && !pool) continue // no place for it on a plane of pools
    for (const [id, found] of await grids(document, idOf(process))) {
      if (id === idOf(process)) top = put(drawing, process, pool ? idOf(pool) : '', found, top)
      else planes.push({ plane: id, shapes: found.boxes, lines: found.lines, marks: drawing.marks })
    }
  }
  const width = Math.max(600, ...[...drawing.shapes.values()].map(right)) - MARGIN
  for (const id of [...pools, ...within(root, 'lane')].map(idOf)) widen(drawing, id, MARGIN + width)
  for (const pool of pools.filter((each) => !drawing.shapes.has(idOf(each)))) {
    drawing.shapes.set(idOf(pool), { x: MARGIN, y: top, width, height: BLACK_BOX })
    top += BLACK_BOX + MARGIN
  }
  notes(drawing, root, top)
  for (const { id, from, to } of flows(root, 'messageFlow')) straight(drawing, id, from, to)
  return inserted(xml, [drawing, ...planes].map(written).join(''))
}

/** Pools and their lanes end at the same line. */
function widen(drawing: Drawing, id: string, end: number): void {
  const box = drawing.shapes.get(id)
  if (box) drawing.shapes.set(id, { ...box, width: end - box.x })
}

/** What kinds of elements say in a drawing; what lies in a sub-process has a plane of its own. */
function marks(root: Element): Map<string, string> {
  const said = { participant: 'isHorizontal="true"', lane: 'isHorizontal="true"', exclusiveGateway: 'isMarkerVisible="true"', subProcess: 'isExpanded="false"', transaction: 'isExpanded="false"', adHocSubProcess: 'isExpanded="false"' }
  return new Map(Object.entries(said).flatMap(([name, mark]) => within(root, name).map((each): [string, string] => [idOf(each), ` ${mark}`])))
}

/** Put a process below what is there; return where the next one goes. */
function put(drawing: Drawing, process: Element, pool: string, found: Grid, top: number): number {
  const hosts = new Map(within(process, 'boundaryEvent').map((each) => [idOf(each), each.getAttribute('attachedToRef') ?? '']))
  const own = lanes(process)
  const bands = own.length ? banded(found, own, hosts) : []
  if (own.length) routed(found, flows(process, 'sequenceFlow'))
  const boxes = [...found.boxes.values()]
  const points = [...found.lines.values()].flat()
  const least = bands.length ? 0 : Math.min(0, ...points.map((at) => at.y))
  const height = bands.length ? bands.reduce((sum, band) => sum + band.height, 0) : Math.max(120, ...boxes.map(bottom), ...points.map((at) => at.y)) - least + MARGIN
  const width = Math.max(400, ...boxes.map(right), ...points.map((at) => at.x)) + MARGIN
  const heads = (pool ? HEAD : 0) + (bands.length ? HEAD : 0)
  const [dx, dy] = [MARGIN + heads, top - least]
  if (pool) drawing.shapes.set(pool, { x: MARGIN, y: top, width: width + heads, height })
  let at = top
  for (const band of bands) {
    if (band.id) drawing.shapes.set(band.id, { x: MARGIN + (pool ? HEAD : 0), y: at, width: width + HEAD, height: band.height })
    at += band.height
  }
  for (const [id, box] of found.boxes) drawing.shapes.set(id, { ...box, x: box.x + dx, y: box.y + dy })
  for (const [id, line] of found.lines) drawing.lines.set(id, line.map(({ x, y }) => ({ x: x + dx, y: y + dy })))
  return top + height + MARGIN
}

/** Notes stand in a row beneath, each joined to what it is about. */
function notes(drawing: Drawing, root: Element, top: number): void {
  within(root, 'textAnnotation').forEach((note, index) => drawing.shapes.set(idOf(note), { ...NOTE, x: MARGIN + index * (NOTE.width + MARGIN), y: top }))
  for (const { id, from, to } of flows(root, 'association')) straight(drawing, id, from, to)
}

function straight(drawing: Drawing, id: string, from: string, to: string): void {
  const [source, target] = [drawing.shapes.get(from), drawing.shapes.get(to)]
  if (!source || !target) return
  const isDown = middle(source).y < middle(target).y
  const ends = [{ x: middle(source).x, y: isDown ? bottom(source) : source.y }, { x: middle(target).x, y: isDown ? target.y : bottom(target) }]
  drawing.lines.set(id, ends)
}
