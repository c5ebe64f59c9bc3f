/** The few words of bpmn-js and diagram-js that the studio uses, with their types. */

/** A moddle object: attributes by name, `$type`, `$parent`. */
export interface Moddle {
  readonly $type: string
  $parent?: Moddle
  get: (name: string) => unknown
  set: (name: string, value: unknown) => void
}

/** A shape or a connection on the canvas. */
export interface Shape {
  readonly id: string
  readonly type: string
  readonly businessObject: Moddle
  readonly parent?: Shape
  readonly labelTarget?: Shape
  readonly source?: Shape
  readonly target?: Shape
}

export interface EventBus {
  on: (events: string | string[], call: (event: { element?: Shape }) => void) => void
  fire: (event: string, more?: unknown) => void
}

export interface CommandStack {
  undo: () => void
  redo: () => void
  canUndo: () => boolean
  canRedo: () => boolean
  _stackIdx: number
}

interface Box {
  x: number
  y: number
  width: number
  height: number
}

export interface Canvas {
  viewbox: (box?: Box) => Box & { outer: Box }
  addMarker: (id: string, marker: string) => void
  removeMarker: (id: string, marker: string) => void
  zoom: (level?: number | 'fit-viewport', center?: 'auto') => number
  scrollToElement: (id: string, padding?: number) => void
}

export interface Registry {
  get: (id: string) => Shape | undefined
  filter: (test: (shape: Shape) => boolean) => Shape[]
}

export interface Modeling {
  updateProperties: (shape: Shape, properties: Record<string, unknown>) => void
  updateModdleProperties: (shape: Shape, object: Moddle, properties: Record<string, unknown>) => void
}

export interface Factory {
  create: (type: string, properties?: Record<string, unknown>) => Moddle
}

export interface Services {
  eventBus: EventBus
  commandStack: CommandStack
  canvas: Canvas
  elementRegistry: Registry
  modeling: Modeling
  bpmnFactory: Factory
}
