/** 常用环节: a whole fragment put behind what is selected, as one command that one undo takes back. */
import type { Schemas } from '@/api/client'

import { is, type Pen } from '../panel/moddle'
import type { Canvas, Factory, Modeling, Registry, Shape, Spacing } from './services'

export type Fragment = Schemas['Fragment']
/** A node of a fragment as `workflows/bpmn/shared/fragments.yaml` says it. */
interface Part {
  id: string
  type: string
  name: string
  data?: string
  down?: boolean
  default?: string
  inputs?: Record<string, string>
  due?: Record<string, string>
  loop?: Record<string, string>
  /** What bpmn-js needs to make the shape, for kinds that are more than a type. */
  more?: Record<string, unknown>
  [attribute: string]: unknown
}
interface Flow {
  from: string
  to?: string
  name?: string
  condition?: string
}
interface Place {
  source: Shape
  /** The flow that is cut: its target comes after the fragment. */
  flow: Shape | undefined
  next: Shape | undefined
}
interface ElementFactory {
  createShape: (attributes: Record<string, unknown>) => Shape & { width: number; height: number }
}

const GAP = 60
const DROP = 100
const STEP = 60
const OWN = new Set(['activityCode', 'assumption', 'form', 'role', 'outcome', 'operation', 'decision', 'person', 'party'])

const isFlow = (shape: Shape | undefined): boolean => shape?.type === 'bpmn:SequenceFlow'
const right = (shape: Shape): number => shape.x + shape.width
const middle = (shape: Shape): { x: number; y: number } => ({ x: shape.x + shape.width / 2, y: shape.y + shape.height / 2 })
const first = (fragment: Fragment): string => String(fragment.nodes[0]?.id)

/** Return where a fragment goes; null where what is selected does not say. */
export function placeOf(selected: Shape | undefined, registry: Registry): Place | null {
  const flows = registry.filter(isFlow)
  const chosen = selected ?? (flows.length === 1 ? flows[0] : undefined)
  if (!chosen) return null
  if (isFlow(chosen)) return { source: chosen.source as Shape, flow: chosen, next: chosen.target }
  if (!is(chosen.businessObject, 'bpmn:FlowNode')) return null
  const [into] = chosen.incoming.filter(isFlow)
  if (is(chosen.businessObject, 'bpmn:EndEvent')) return into ? placeOf(into, registry) : null
  const out = chosen.outgoing.filter(isFlow)
  return { source: chosen, flow: out.length === 1 ? out[0] : undefined, next: out.length === 1 ? out[0]?.target : undefined }
}

interface Context {
  fragment: Fragment
  place: Place
  made?: Shape
}

/** The command: everything it does is done by other commands, so that it is undone as one. */
class Insert {
  static $inject = ['modeling', 'elementFactory', 'bpmnFactory', 'elementRegistry', 'spaceTool', 'canvas', 'pen']

  constructor(private modeling: Modeling, private elements: ElementFactory, private factory: Factory, private registry: Registry, private space: Spacing, private canvas: Canvas, private pen: Pen) {}

  preExecute(context: Context): void {
    const { fragment, place } = context
    const names = this.names(fragment)
    const put = (text: string): string => text.replace(/\$(\w+)/g, (whole, key: string) => names.get(key === 'data' ? 'call' : key) ?? whole)
    const shapes = this.nodes(fragment, place, names, put)
    const at = (id: string | undefined): Shape => shapes.get(id ?? '') as Shape
    if (place.flow) this.modeling.reconnectEnd(place.flow, at(first(fragment)), middle(at(first(fragment))))
    else this.modeling.connect(place.source, at(first(fragment)), { type: 'bpmn:SequenceFlow' })
    for (const flow of fragment.flows as unknown as Flow[]) this.flow(fragment, at(flow.from), at(flow.to), flow, put)
    const next = fragment.next as unknown as Flow
    const onward = place.next && this.flow(fragment, at(next.from), place.next, next, put)
    // What is put in next follows the whole fragment.
    context.made = fragment.nodes.length > 1 ? (onward ?? at(next.from)) : at(first(fragment))
  }

  /** Choose data keys that nothing has yet. */
  private names(fragment: Fragment): Map<string, string> {
    const taken = new Set(this.registry.filter(() => true).flatMap((each) => [each.id, this.pen.text(each, 'liancheng:dataKey')]))
    const free = (wanted: string): string => {
      let name = wanted
      for (let number = 2; taken.has(name); number++) name = `${wanted}_${number}`
      return name
    }
    return new Map((fragment.nodes as unknown as Part[]).filter((part) => part.data).map((part) => [part.id, free(String(part.data))]))
  }

  private nodes(fragment: Fragment, { source, flow, next }: Place, names: Map<string, string>, put: (text: string) => string): Map<string, Shape> {
    const parts = fragment.nodes as unknown as Part[]
    const sized = parts.map((part) => ({ part, shape: this.elements.createShape({ type: `bpmn:${part.type}`.replace(/:(.)/, (_, letter: string) => `:${letter.toUpperCase()}`), ...part.more }) }))
    const row = sized.filter(({ part }) => !part.down)
    this.makeRoom(source, next, row.reduce((sum, { shape }) => sum + shape.width + GAP, GAP), flow)
    const { y } = middle(source)
    let x = right(source) + GAP
    let above = { x, y }
    const found = new Map<string, Shape>()
    for (const { part, shape } of sized) {
      const centre = part.down ? this.below(above, shape) : { x: x + shape.width / 2, y }
      const made = this.modeling.createShape(shape, centre, source.parent as Shape)
      if (!part.down) [x, above] = [x + shape.width + GAP, centre]
      this.write(made, part, names.get(part.id), put)
      found.set(part.id, made)
    }
    return found
  }

  /** Move what comes after to the right as far as the fragment is wide. */
  private makeRoom(source: Shape, next: Shape | undefined, width: number, flow: Shape | undefined): void {
    const isAhead = next !== undefined && next.x > right(source) && flow !== undefined
    const from = isAhead ? next.x : right(source)
    const missing = width - (isAhead ? next.x - right(source) : 0)
    if (missing <= 0) return
    const all = this.registry.filter((each) => each !== this.canvas.getRootElement())
    const { movingShapes, resizingShapes } = this.space.calculateAdjustments(all, 'x', missing, from - 5)
    if (movingShapes.length) this.space.makeSpace(movingShapes, resizingShapes, { x: missing, y: 0 }, 'e', from - 5)
  }

  /** Return the first free place under a point. */
  private below(above: { x: number; y: number }, shape: { width: number; height: number }): { x: number; y: number } {
    let y = above.y + DROP
    const isTaken = (): boolean => this.registry.filter((each) => is(each.businessObject, 'bpmn:FlowNode') && !each.labelTarget && Math.abs(middle(each).x - above.x) < (each.width + shape.width) / 2 + 10 && Math.abs(middle(each).y - y) < (each.height + shape.height) / 2 + 20).some((each) => !is(each.businessObject, 'bpmn:SubProcess') || each.height < 2 * DROP)
    for (let tries = 0; tries < 12 && isTaken(); tries++) y += STEP
    return { x: above.x, y }
  }

  private write(shape: Shape, part: Part, key: string | undefined, put: (text: string) => string): void {
    const own = Object.entries(part).filter(([name]) => OWN.has(name)).map(([name, value]) => [`liancheng:${name}`, put(String(value))])
    const called = part.calledElement ? { calledElement: part.calledElement } : {}
    this.modeling.updateProperties(shape, { ...(part.name ? { name: part.name } : {}), ...called, ...Object.fromEntries(own), ...(key ? { 'liancheng:dataKey': key } : {}) })
    for (const [name, value] of Object.entries(part.inputs ?? {})) this.pen.add(shape, shape.businessObject, 'liancheng:Input', { name, value: put(value) })
    if (part.due) this.pen.add(shape, shape.businessObject, 'liancheng:Due', part.due)
    if (!part.loop) return
    const loop = this.factory.create('bpmn:MultiInstanceLoopCharacteristics', { isSequential: false })
    loop.$parent = shape.businessObject
    this.modeling.updateProperties(shape, { loopCharacteristics: loop })
    this.pen.add(shape, loop, 'liancheng:Loop', part.loop)
  }

  private flow(fragment: Fragment, from: Shape, to: Shape, given: Flow, put: (text: string) => string): Shape {
    const made = this.modeling.connect(from, to, { type: 'bpmn:SequenceFlow' })
    if (given.name) this.modeling.updateProperties(made, { name: given.name })
    if (given.condition) this.pen.writeExpression(made, made.businessObject, 'conditionExpression', put(given.condition))
    const part = fragment.nodes.find((each) => each.id === given.from) as Part | undefined
    if (part?.default && part.default === given.to) this.modeling.updateProperties(from, { default: made.businessObject })
    return made
  }
}

interface Commands {
  registerHandler: (name: string, handler: unknown) => void
  execute: (name: string, context: Context) => void
}

/** Return a single node as a fragment. */
export function single(type: string, more?: Record<string, unknown>): Fragment {
  const node = { id: 'node', type: type.replace('bpmn:', ''), name: '', more }
  return { id: 'node', name: '', en: '', hint: '', takes: [], forms: [], nodes: [node], flows: [], next: { from: 'node' } }
}

export class Fragments {
  static $inject = ['commandStack', 'elementRegistry', 'selection']

  constructor(private commands: Commands, private registry: Registry, private selection: { get: () => Shape[]; select: (shape: Shape) => void }) {
    commands.registerHandler('liancheng.fragment', Insert)
  }

  /** Tell whether what is selected says where a fragment goes. */
  hasPlace(): boolean {
    return this.place() !== null
  }

  insert(fragment: Fragment): void {
    const place = this.place()
    if (!place) return
    const context: Context = { fragment, place }
    this.commands.execute('liancheng.fragment', context)
    if (context.made) this.selection.select(context.made)
  }

  private place(): Place | null {
    const selected = this.selection.get()
    return selected.length > 1 ? null : placeOf(selected[0], this.registry)
  }
}

export const FragmentsModule = { __init__: ['fragments'], fragments: ['type', Fragments] }
