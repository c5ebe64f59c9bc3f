/** Nodes of a grid put into their lanes: columns stay, each lane has rows of its own; flows go between rows. */
import type { Grid } from './grid'
import { bottom, type Box, type Flow, middle, type Point, right } from './model'

export const ROW = 130
const ROOM = 20 // from a node to where its flow turns
const APART = 6 // between flows that turn at the same place; none on the line between two lanes

export interface Band {
  id: string
  height: number
}

/** Move the nodes of a grid into bands from the top; what lies in no lane comes last, in a band without id. */
export function banded(grid: Grid, lanes: readonly { id: string; nodes: string[] }[], hosts: ReadonlyMap<string, string>): Band[] {
  const known = new Set(lanes.flatMap((lane) => lane.nodes))
  const free = [...grid.boxes.keys()].filter((id) => !known.has(id) && !hosts.has(id))
  const offsets = new Map([...hosts].flatMap(([id, host]) => offset(grid, id, host)))
  const all = free.length ? [...lanes, { id: '', nodes: free }] : lanes
  let top = 0
  const bands = all.map(({ id, nodes }) => {
    const here = nodes.filter((node) => grid.boxes.has(node) && !hosts.has(node))
    const rows = [...new Set(here.map((node) => row(grid, node)))].sort((a, b) => a - b)
    for (const node of here) place(grid, node, top + rows.indexOf(row(grid, node)) * ROW + ROW / 2)
    const height = Math.max(rows.length, 1) * ROW
    top += height
    return { id, height }
  })
  for (const [id, { host, by }] of offsets) {
    const [box, on] = [grid.boxes.get(id), grid.boxes.get(host)]
    if (box && on) grid.boxes.set(id, { ...box, x: on.x + by.x, y: on.y + by.y })
  }
  return bands
}

function offset(grid: Grid, id: string, host: string): [string, { host: string; by: Point }][] {
  const [box, on] = [grid.boxes.get(id), grid.boxes.get(host)]
  return box && on ? [[id, { host, by: { x: box.x - on.x, y: box.y - on.y } }]] : []
}

function row(grid: Grid, node: string): number {
  const box = grid.boxes.get(node)
  return box ? Math.round(middle(box).y) : 0
}

function place(grid: Grid, node: string, y: number): void {
  const box = grid.boxes.get(node)
  if (box) grid.boxes.set(node, { ...box, y: y - box.height / 2 })
}

/** Draw each flow anew: straight to the next column, else along the gap between two rows. */
export function routed(grid: Grid, flows: readonly Flow[]): void {
  flows.forEach(({ id, from, to }, index) => {
    const [source, target] = [grid.boxes.get(from), grid.boxes.get(to)]
    if (source && target) grid.lines.set(id, way(source, target, ((index % 4) - 1.5) * APART, [...grid.boxes.values()]))
  })
}

function way(source: Box, target: Box, shift: number, boxes: readonly Box[]): Point[] {
  const [from, to] = [middle(source), middle(target)]
  const turn = target.x - ROOM - 10 + shift
  if (turn > right(source)) {
    if (isFree(source, target, boxes)) {
      const start = { x: right(source), y: from.y }
      const end = { x: target.x, y: to.y }
      return Math.abs(from.y - to.y) < 1 ? [start, end] : [start, { x: turn, y: from.y }, { x: turn, y: to.y }, end]
    }
    const out = right(source) + ROOM + shift / 2
    const gap = gapBeside(from.y, to.y) + shift
    return [{ x: right(source), y: from.y }, { x: out, y: from.y }, { x: out, y: gap }, { x: turn, y: gap }, { x: turn, y: to.y }, { x: target.x, y: to.y }]
  }
  const gap = gapBeside(from.y, from.y) + shift
  return [{ x: from.x, y: bottom(source) }, { x: from.x, y: gap }, { x: turn, y: gap }, { x: turn, y: to.y }, { x: target.x, y: to.y }]
}

/** Whether nothing stands in the source's row before the column of the target. */
function isFree(source: Box, target: Box, boxes: readonly Box[]): boolean {
  const y = middle(source).y
  return !boxes.some((box) => box.x >= right(source) && right(box) <= target.x && box.y < y && bottom(box) > y)
}

/** The height between the row of `y` and the next one in the direction of `to`. */
function gapBeside(y: number, to: number): number {
  const at = Math.floor(y / ROW)
  return to < y - 1 ? at * ROW : (at + 1) * ROW
}
