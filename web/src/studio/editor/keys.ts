/** The editor without a mouse: walk along the flows, put a next step, connect, open, go to the properties. */
import { is } from '../panel/moddle'
import { type Fragments, single } from './fragments'
import { OFFERS, type Offer } from './offers'
import type { Canvas, Modeling, Registry, Shape } from './services'

type Translate = (template: string) => string
interface Keyboard {
  addListener: (priority: number, call: (context: { keyEvent: KeyboardEvent }) => boolean | undefined) => void
}
interface Menu {
  open: (target: Shape, provider: string, position: { x: number; y: number }, options: Record<string, unknown>) => void
  registerProvider: (name: string, provider: unknown) => void
}
interface Selection {
  get: () => Shape[]
  select: (shape: Shape | null) => void
}
interface Entry {
  label: string
  className?: string
  action: () => void
}

const isNode = (shape: Shape): boolean => is(shape.businessObject, 'bpmn:FlowNode') && !shape.labelTarget
const isFlow = (shape: Shape): boolean => shape.type === 'bpmn:SequenceFlow'
const named = (shape: Shape): string => `${String(shape.businessObject.get('name') ?? '') || shape.id}`

/** Entries of the menu of next steps. */
class Nexts {
  constructor(private append: (source: Shape, offer: Offer) => void, private translate: Translate) {}

  getPopupMenuEntries(source: Shape): Record<string, Entry> {
    return Object.fromEntries(Object.entries(OFFERS).filter(([name]) => name !== 'create.start-event').map(([name, offer]) => [name, { label: this.translate(offer.words), className: offer.icon, action: () => this.append(source, offer) }]))
  }
}

/** Entries of the menu of what a node can be connected to: those of its own level. */
class Targets {
  constructor(private registry: Registry, private modeling: Modeling) {}

  getPopupMenuEntries(source: Shape): Record<string, Entry> {
    const others = this.registry.filter((each) => isNode(each) && each !== source && each.parent === source.parent && !is(each.businessObject, 'bpmn:StartEvent'))
    return Object.fromEntries(others.map((each) => [`to-${each.id}`, { label: named(each), action: () => void this.modeling.connect(source, each, { type: 'bpmn:SequenceFlow' }) }]))
  }
}

export class Keys {
  static $inject = ['keyboard', 'canvas', 'elementRegistry', 'selection', 'popupMenu', 'elementFactory', 'autoPlace', 'modeling', 'translate', 'eventBus', 'fragments']

  constructor(keyboard: Keyboard, private canvas: Canvas, private registry: Registry, private selection: Selection, private menu: Menu, factory: { createShape: (attributes: Record<string, unknown>) => Shape }, place: { append: (source: Shape, shape: Shape) => void }, modeling: Modeling, private translate: Translate, private bus: { fire: (event: string, more?: unknown) => void }, fragments: Fragments) {
    const append = (source: Shape, offer: Offer): void => {
      if (offer.type === 'bpmn:EndEvent') place.append(source, factory.createShape({ type: offer.type }))
      else fragments.insert(single(offer.type, offer.more))
    }
    menu.registerProvider('liancheng-next', new Nexts(append, translate))
    menu.registerProvider('liancheng-connect', new Targets(registry, modeling))
    keyboard.addListener(3000, ({ keyEvent }) => this.pressed(keyEvent) || undefined)
  }

  private pressed(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey) return false
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
    if (event.altKey) return (key === 'ArrowRight' || key === 'ArrowLeft') && this.walk(key === 'ArrowRight', event)
    const [shape] = this.selection.get()
    if (!shape) return false
    if (key === 'n' && isNode(shape)) return this.open(shape, 'liancheng-next', 'Append task')
    if (key === 't' && isNode(shape)) return this.open(shape, 'liancheng-connect', 'Connect to other element')
    if (key === 'o' && is(shape.businessObject, 'bpmn:CallActivity')) return this.fire('liancheng.open', shape)
    if (key === 'Enter') return this.fire('liancheng.properties', shape)
    return false
  }

  private fire(event: string, shape: Shape): boolean {
    this.bus.fire(event, { element: shape })
    return true
  }

  private open(shape: Shape, provider: string, title: string): boolean {
    const { x, y } = this.canvas.getAbsoluteBBox(shape)
    this.menu.open(shape, provider, { x: x + 10, y: y + 10 }, { title: this.translate(title), width: 260, search: true })
    return true
  }

  /** Select the next element along the flows, or the one before; from nothing the beginning. */
  private walk(isForward: boolean, event: KeyboardEvent): boolean {
    event.preventDefault()
    const [shape] = this.selection.get()
    const start = this.registry.filter((each) => each.type === 'bpmn:StartEvent')[0]
    const to = shape ? this.beside(shape, isForward) : start
    if (!to) return true
    this.selection.select(to)
    this.canvas.scrollToElement(to.id, 140)
    return true
  }

  private beside(shape: Shape, isForward: boolean): Shape | undefined {
    if (isFlow(shape)) return isForward ? shape.target : shape.source
    const flows = (isForward ? shape.outgoing : shape.incoming).filter(isFlow)
    return flows[0]
  }
}

export const KeysModule = { __init__: ['liancheng_keys'], liancheng_keys: ['type', Keys] }
