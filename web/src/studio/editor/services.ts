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
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly incoming: Shape[]
  readonly outgoing: Shape[]
}

export interface EventBus {
  on: (events: string | string[], call: (event: { element?: Shape; newSelection?: Shape[] }) => unknown) => void
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
  getRootElement: () => Shape
  getAbsoluteBBox: (shape: Shape) => Box
  focus: () => void
}

export interface Registry {
  get: (id: string) => Shape | undefined
  filter: (test: (shape: Shape) => boolean) => Shape[]
}

export interface Modeling {
  updateProperties: (shape: Shape, properties: Record<string, unknown>) => void
  updateModdleProperties: (shape: Shape, object: Moddle, properties: Record<string, unknown>) => void
  createShape: (shape: unknown, centre: Point, parent: Shape) => Shape
  connect: (source: Shape, target: Shape, attributes: Record<string, unknown>) => Shape
  reconnectEnd: (connection: Shape, target: Shape, docking: Point) => void
}

export interface Point {
  x: number
  y: number
}

/** What moves and resizes so that there is room. */
export interface Spacing {
  calculateAdjustments: (elements: Shape[], axis: 'x' | 'y', delta: number, start: number) => { movingShapes: Shape[]; resizingShapes: Shape[] }
  makeSpace: (movingShapes: Shape[], resizingShapes: Shape[], delta: Point, direction: string, start: number) => void
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
