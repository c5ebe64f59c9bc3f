/** Palette, context pad and replace menu offer only what runs; the rest the check would refuse. */
import type { EventBus, Shape } from './services'

type Entry = { group?: string; className?: string; title?: string; separator?: boolean; action?: unknown }
type Entries = Record<string, Entry>
type Create = { start: (event: Event, what: unknown) => void }
type ElementFactory = { createShape: (attributes: Record<string, unknown>) => Shape; createParticipantShape: () => Shape }
type AutoPlace = { append: (source: Shape, shape: Shape) => void }
type Translate = (template: string) => string
type Tools = { activateSelection?: (event: Event) => void; start?: (event: Event) => void; activateHand?: (event: Event) => void }
type Registrar = { registerProvider: (...given: unknown[]) => void }

export interface Offer {
  type: string
  icon: string
  words: string
  more?: Record<string, unknown>
}

export const OFFERS: Readonly<Record<string, Offer>> = {
  'create.start-event': { type: 'bpmn:StartEvent', icon: 'bpmn-icon-start-event-none', words: 'Start event' },
  'create.end-event': { type: 'bpmn:EndEvent', icon: 'bpmn-icon-end-event-none', words: 'End event' },
  'create.user-task': { type: 'bpmn:UserTask', icon: 'bpmn-icon-user-task', words: 'User task' },
  'create.service-task': { type: 'bpmn:ServiceTask', icon: 'bpmn-icon-service-task', words: 'Service task' },
  'create.rule-task': { type: 'bpmn:BusinessRuleTask', icon: 'bpmn-icon-business-rule-task', words: 'Business rule task' },
  'create.call-activity': { type: 'bpmn:CallActivity', icon: 'bpmn-icon-call-activity', words: 'Call activity' },
  'create.subprocess': { type: 'bpmn:SubProcess', icon: 'bpmn-icon-subprocess-expanded', words: 'Sub-process', more: { isExpanded: true } },
  'create.exclusive-gateway': { type: 'bpmn:ExclusiveGateway', icon: 'bpmn-icon-gateway-xor', words: 'Exclusive gateway' },
  'create.parallel-gateway': { type: 'bpmn:ParallelGateway', icon: 'bpmn-icon-gateway-parallel', words: 'Parallel gateway' },
  'create.timer': { type: 'bpmn:IntermediateCatchEvent', icon: 'bpmn-icon-intermediate-event-catch-timer', words: 'Timer intermediate catch event', more: { eventDefinitionType: 'bpmn:TimerEventDefinition' } },
  'create.message': { type: 'bpmn:IntermediateCatchEvent', icon: 'bpmn-icon-intermediate-event-catch-message', words: 'Message intermediate catch event', more: { eventDefinitionType: 'bpmn:MessageEventDefinition' } },
}

const APPENDED = ['create.user-task', 'create.service-task', 'create.rule-task', 'create.exclusive-gateway', 'create.timer', 'create.end-event'] as const
const KEPT_IN_PAD = new Set(['connect', 'replace', 'delete', 'append.text-annotation', 'lane-insert-above', 'lane-insert-below', 'lane-divide-two', 'lane-divide-three'])
const NO_NEXT = new Set(['bpmn:EndEvent', 'bpmn:Participant', 'bpmn:Lane', 'bpmn:TextAnnotation', 'bpmn:SequenceFlow', 'bpmn:Association', 'bpmn:Group', 'label'])

/** Action names of bpmn-js's replace menu for what `workflows/diagrams` reads. */
const REPLACEMENTS = new Set([
  'none-start', 'none-end', 'message-start', 'message-end', 'error-end', 'terminate-end', 'message-intermediate-catch', 'message-intermediate-throw', 'timer-intermediate-catch', 'message-boundary', 'timer-boundary',
  'error-boundary', 'non-interrupting-timer-boundary', 'user-task', 'service-task', 'rule-task', 'call-activity', 'subprocess', 'expanded-subprocess', 'event-subprocess', 'exclusive-gateway', 'parallel-gateway',
  'inclusive-gateway', 'event-based-gateway', 'sequence-flow', 'default-flow', 'conditional-flow',
].map((name) => `replace-with-${name}`))
const HEADERS = new Set(['toggle-parallel-mi', 'toggle-sequential-mi', 'toggle-non-interrupting'])

function only(entries: Entries, names: ReadonlySet<string>): Entries {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => names.has(name)))
}

/** Bring up a shape of an offer, ready to be placed. */
function made(factory: ElementFactory, offer: Offer): Shape {
  return factory.createShape({ type: offer.type, ...offer.more })
}

class Palette {
  static $inject = ['palette', 'create', 'elementFactory', 'handTool', 'lassoTool', 'spaceTool', 'globalConnect', 'translate']

  constructor(palette: Registrar, private create: Create, private factory: ElementFactory, private hand: Tools, private lasso: Tools, private space: Tools, private connect: Tools, private translate: Translate) {
    palette.registerProvider(this)
  }

  getPaletteEntries(): Entries {
    const tool = (className: string, words: string, click: (event: Event) => void): Entry => ({ group: 'tools', className, title: this.translate(words), action: { click } })
    const found: Entries = {
      'hand-tool': tool('bpmn-icon-hand-tool', 'Activate hand tool', (event) => this.hand.activateHand?.(event)),
      'lasso-tool': tool('bpmn-icon-lasso-tool', 'Activate lasso tool', (event) => this.lasso.activateSelection?.(event)),
      'space-tool': tool('bpmn-icon-space-tool', 'Activate create/remove space tool', (event) => this.space.activateSelection?.(event)),
      'global-connect-tool': tool('bpmn-icon-connection-multi', 'Activate global connect tool', (event) => this.connect.start?.(event)),
      'tool-separator': { group: 'tools', separator: true },
    }
    for (const [name, offer] of Object.entries(OFFERS)) {
      const start = (event: Event): void => this.create.start(event, made(this.factory, offer))
      found[name] = { group: 'elements', className: offer.icon, title: this.translate(offer.words), action: { dragstart: start, click: start } }
    }
    return found
  }
}

class Pad {
  static $inject = ['contextPad', 'popupMenu', 'elementFactory', 'autoPlace', 'create', 'translate', 'eventBus']

  constructor(pad: Registrar, menu: Registrar, private factory: ElementFactory, private place: AutoPlace, private create: Create, private translate: Translate, private bus: EventBus) {
    pad.registerProvider(500, this) // after the one it filters
    menu.registerProvider('bpmn-replace', 500, this)
  }

  getContextPadEntries(shape: Shape): (entries: Entries) => Entries {
    return (entries) => ({ ...(NO_NEXT.has(shape.type) ? {} : this.appending(shape)), ...this.opening(shape), ...only(entries, KEPT_IN_PAD) })
  }

  getMultiElementContextPadEntries(): (entries: Entries) => Entries {
    return (entries) => entries
  }

  getPopupMenuEntries(): (entries: Entries) => Entries {
    return (entries) => only(entries, REPLACEMENTS)
  }

  getPopupMenuHeaderEntries(): (entries: Entries) => Entries {
    return (entries) => only(entries, HEADERS)
  }

  private opening(shape: Shape): Entries {
    if (shape.type !== 'bpmn:CallActivity') return {}
    const click = (): void => this.bus.fire('liancheng.open', { element: shape })
    return { 'open-called': { group: 'edit', className: 'bpmn-icon-sub-process-marker', title: this.translate('Open called process'), action: { click } } }
  }

  private appending(source: Shape): Entries {
    return Object.fromEntries(APPENDED.map((name) => {
      const offer = OFFERS[name] as Offer
      const click = (): void => this.place.append(source, made(this.factory, offer))
      const dragstart = (event: Event): void => this.create.start(event, made(this.factory, offer))
      return [`append.${name}`, { group: 'model', className: offer.icon, title: this.translate(offer.words), action: { click, dragstart } }]
    }))
  }
}

export const OffersModule = {
  __init__: ['paletteProvider', 'offeringPad'],
  paletteProvider: ['type', Palette],
  offeringPad: ['type', Pad],
}
