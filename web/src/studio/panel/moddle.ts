/** Reading and writing our attributes and extension elements; every write can be undone. */
import type { Factory, Moddle, Modeling, Shape } from '../editor/services'

export const is = (object: Moddle | undefined, type: string): boolean =>
  object !== undefined && (object as unknown as { $instanceOf?: (type: string) => boolean }).$instanceOf?.(type) === true

export class Pen {
  static $inject = ['modeling', 'bpmnFactory', 'moddle']

  constructor(private modeling: Modeling, private factory: Factory, private moddle: Factory) {}

  /** Return an attribute as text; absent is empty. */
  text(shape: Shape, name: string): string {
    const value = shape.businessObject.get(name)
    return value === undefined || value === null ? '' : String(value)
  }

  /** Set an attribute; empty removes it. */
  write(shape: Shape, name: string, value: string): void {
    this.modeling.updateProperties(shape, { [name]: value === '' ? undefined : value })
  }

  writeTo(shape: Shape, object: Moddle, properties: Record<string, unknown>): void {
    this.modeling.updateModdleProperties(shape, object, properties)
  }

  /** Return the extension elements of a kind below an object. */
  extensions(object: Moddle, type: string): Moddle[] {
    const around = object.get('extensionElements') as Moddle | undefined
    const values = (around?.get('values') as Moddle[] | undefined) ?? []
    return values.filter((each) => each.$type === type)
  }

  /** Set attributes of the one extension element of a kind; it is made when needed, removed when all are empty. */
  extend(shape: Shape, object: Moddle, type: string, properties: Record<string, string>): void {
    const [found] = this.extensions(object, type)
    const given = Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, value === '' ? undefined : value]))
    if (!found) return this.add(shape, object, type, given)
    const names = ['amount', 'unit', 'basis', 'clock', 'from', 'pauseReason', 'name', 'value', 'collection', 'item', 'key']
    const left = names.some((name) => (name in given ? given[name] : found.get(name)) !== undefined && found.get(name) !== '')
    const wanted = Object.values(given).some((value) => value !== undefined)
    if (left || wanted) this.writeTo(shape, found, given)
    else this.remove(shape, object, found)
  }

  add(shape: Shape, object: Moddle, type: string, properties: Record<string, unknown>): void {
    const around = object.get('extensionElements') as Moddle | undefined
    const made = this.moddle.create(type, properties)
    if (around) {
      made.$parent = around
      return this.writeTo(shape, around, { values: [...(around.get('values') as Moddle[]), made] })
    }
    const whole = this.factory.create('bpmn:ExtensionElements', { values: [made] })
    made.$parent = whole
    whole.$parent = object
    this.writeTo(shape, object, { extensionElements: whole })
  }

  remove(shape: Shape, object: Moddle, gone: Moddle): void {
    const around = object.get('extensionElements') as Moddle
    const values = (around.get('values') as Moddle[]).filter((each) => each !== gone)
    if (values.length) this.writeTo(shape, around, { values })
    else this.writeTo(shape, object, { extensionElements: undefined })
  }

  /** Return the text of an expression element such as a condition or a time. */
  expression(object: Moddle | undefined, name: string): string {
    const found = object?.get(name) as Moddle | undefined
    return String(found?.get('body') ?? '')
  }

  writeExpression(shape: Shape, object: Moddle, name: string, body: string): void {
    const made = body === '' ? undefined : this.factory.create('bpmn:FormalExpression', { body })
    if (made) made.$parent = object
    this.writeTo(shape, object, { [name]: made })
  }

  /** Make an object below another. */
  made(type: string, around: Moddle): Moddle {
    const made = this.factory.create(type)
    made.$parent = around
    return made
  }

  /** Refer to a message or an error by its name, making it at the root where there is none. */
  refer(shape: Shape, definition: Moddle, attribute: 'messageRef' | 'errorRef', type: string, key: string, name: string): void {
    let root: Moddle = definition
    while (root.$parent) root = root.$parent
    const elements = root.get('rootElements') as Moddle[]
    let found = elements.find((each) => each.$type === type && each.get(key) === name)
    if (!found && name !== '') {
      found = this.factory.create(type, { [key]: name, name })
      found.$parent = root
      this.writeTo(shape, root, { rootElements: [...elements, found] })
    }
    this.writeTo(shape, definition, { [attribute]: found })
  }
}
