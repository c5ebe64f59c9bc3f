/** What mends a finding with one click, where there is only one thing that can be meant; each is one undo. */
import type { Finding } from '../checking'
import { is, type Pen } from '../panel/moddle'
import type { Vocabulary, Wanted } from '../panel/words'
import type { Modeling, Moddle, Registry, Shape } from './services'

export interface Fix {
  /** The key of its words, and what stands in them. */
  label: string
  what: string
  apply: () => void
}

export interface Tools {
  registry: Registry
  modeling: Modeling
  pen: Pen
  words: () => Vocabulary
  take: (wanted: Wanted) => void
  /** Put an end event behind a node. */
  end: (shape: Shape) => void
}

type Make = (shape: Shape, finding: Finding, tools: Tools) => Fix | null

const NEAR = /是否指“([^”]+)”？/
const WRONG = /[“]([^”]+)[”]/g
const named = (label: string, what: string, apply: () => void): Fix => ({ label, what, apply })
const near = (finding: Finding): string => NEAR.exec(finding.message)?.[1] ?? ''

/** Put the name that is near in the place of the one that nobody knows. */
const closest = (attribute: string): Make => (shape, finding, { pen }) => {
  const found = near(finding)
  return found ? named('instead', found, () => pen.write(shape, attribute, found)) : null
}

/** Take what the library has and the draft lacks, or the name that is near. */
const fetched = (kind: 'forms' | 'decisions' | 'processes', attribute: string): Make => (shape, finding, tools) => {
  const wanted = tools.pen.text(shape, attribute)
  const has = tools.words().library[kind].some((each) => each.id === wanted)
  return has ? named('fetch', wanted, () => tools.take({ [kind]: [wanted] })) : closest(attribute)(shape, finding, tools)
}

const clause: Make = (shape, finding, { pen }) => {
  const [wrong, found] = [[...finding.message.matchAll(WRONG)][0]?.[1] ?? '', near(finding)]
  const put = (): string => pen.text(shape, 'liancheng:clauses').split(/\s+/).map((each) => (each === wrong ? found : each)).join(' ')
  return found ? named('instead', found, () => pen.write(shape, 'liancheng:clauses', put())) : null
}

const makeDefault: Make = (flow, _, { modeling }) => {
  const source = flow.source
  if (!source || source.businessObject.get('default')) return null
  return named('default', String(flow.businessObject.get('name') ?? flow.id), () => modeling.updateProperties(source, { default: flow.businessObject }))
}

/** Of a gateway's flows the only one without a condition. */
const theOpenOne: Make = (gateway, _, { modeling }) => {
  const open = gateway.outgoing.filter((flow) => flow.type === 'bpmn:SequenceFlow' && !flow.businessObject.get('conditionExpression'))
  const [flow] = open
  if (open.length !== 1 || !flow) return null
  return named('default', String(flow.businessObject.get('name') ?? flow.id), () => modeling.updateProperties(gateway, { default: flow.businessObject }))
}

const noCondition: Make = (flow, _, { pen }) => named('noCondition', '', () => pen.writeExpression(flow, flow.businessObject, 'conditionExpression', ''))
const dataKey: Make = (shape, _, { pen }) => named('dataKey', shape.id, () => pen.write(shape, 'liancheng:dataKey', shape.id))
const ending: Make = (shape, _, { end }) => (is(shape.businessObject, 'bpmn:FlowNode') ? named('end', '', () => end(shape)) : null)

/** The name in an expression that is nearly one that is there. */
const respelt: Make = (shape, finding, { pen, modeling }) => {
  const found = near(finding)
  const wrong = /读取“([^”]+)”/.exec(finding.message)?.[1]
  if (!found || !wrong) return null
  const right = [...wrong.split('.').slice(0, -1), found].join('.')
  const places = expressions(shape, pen, modeling).filter((each) => each.text.includes(wrong))
  const [place] = places
  return place && places.length === 1 ? named('instead', right, () => place.write(place.text.split(wrong).join(right))) : null
}

interface Written {
  text: string
  write: (text: string) => void
}

/** List the expressions of a node or a flow. */
function expressions(shape: Shape, pen: Pen, modeling: Modeling): Written[] {
  const object = shape.businessObject
  const inputs = pen.extensions(object, 'liancheng:Input').map((each: Moddle) => ({ text: String(each.get('value') ?? ''), write: (value: string) => modeling.updateModdleProperties(shape, each, { value }) }))
  const condition = pen.expression(object, 'conditionExpression')
  return [...inputs, ...(condition ? [{ text: condition, write: (text: string) => pen.writeExpression(shape, object, 'conditionExpression', text) }] : [])]
}

const MAKERS: Readonly<Record<string, Make>> = {
  'structure.role-unknown': closest('liancheng:role'),
  'structure.operation-unknown': closest('liancheng:operation'),
  'structure.form-unknown': fetched('forms', 'liancheng:form'),
  'structure.decision-unknown': fetched('decisions', 'liancheng:decision'),
  'structure.process-unknown': fetched('processes', 'calledElement'),
  'structure.clause-unknown': clause,
  'structure.no-condition': makeDefault,
  'structure.no-default': theOpenOne,
  'structure.default-condition': noCondition,
  'structure.condition-ignored': noCondition,
  'structure.inputs-lost': dataKey,
  'structure.no-outgoing': ending,
  'expressions.unknown-name': respelt,
  'expressions.unknown-field': respelt,
  'expressions.unknown-parameter': respelt,
}

export function fixOf(finding: Finding, tools: Tools): Fix | null {
  const shape = tools.registry.get(finding.element_id)
  return (shape && MAKERS[finding.rule]?.(shape, finding, tools)) ?? null
}

/** Entries of the panel that a rule speaks of, the first that is there. */
const ENTRIES: Readonly<Record<string, string>> = {
  'structure.no-form': 'form', 'structure.form-unknown': 'form', 'structure.no-role': 'role', 'structure.role-unknown': 'role', 'structure.operation-unknown': 'operation', 'structure.operation-input': 'operation', 'structure.decision-unknown': 'decision',
  'structure.process-unknown': 'calledElement', 'structure.clause-unknown': 'clauses', 'structure.activity-code': 'activityCode', 'structure.assumption-unknown': 'assumption', 'structure.no-condition': 'feel-condition', 'structure.condition-ignored': 'feel-condition', 'structure.default-condition': 'feel-condition',
  'structure.data-key': 'dataKey', 'structure.data-key-reserved': 'dataKey', 'structure.data-key-race': 'dataKey', 'structure.data-key-shared': 'dataKey', 'structure.inputs-lost': 'dataKey', 'structure.separation-unknown': 'separateFrom', 'structure.input-unfilled': 'inputs-',
  'limits.amount': 'due-amount', 'limits.unit': 'due-unit', 'limits.no-basis': 'due-basis', 'limits.basis-unknown': 'due-basis', 'limits.no-due': 'due-amount',
}

const OPENED_MS = 80 // until the panel has opened what was closed

/** Go to the field that a finding speaks of. */
export function focusField(panel: HTMLElement, finding: Finding): void {
  const name = ENTRIES[finding.rule] ?? (finding.rule.startsWith('expressions.') ? 'feel' : '')
  if (!name) return
  const exact = panel.querySelector<HTMLElement>(`#bio-properties-panel-${name}`)
  const fields = [...panel.querySelectorAll<HTMLElement>(`[id^="bio-properties-panel-"][id*="${name}"]`)].filter((each) => each.matches('input, textarea, select'))
  const field = exact ?? fields[0]
  openAround(field)
  window.setTimeout(() => field?.focus(), OPENED_MS)
}

/** Open the groups that a field lies in. */
function openAround(field: HTMLElement | undefined): void {
  for (let around = field?.parentElement; around; around = around.parentElement) {
    const isClosed = around.matches('.bio-properties-panel-group-entries:not(.open), .bio-properties-panel-collapsible-entry-entries:not(.open), .bio-properties-panel-list:not(.open)')
    if (isClosed) around.previousElementSibling?.dispatchEvent(new MouseEvent('click', { bubbles: true }))
  }
}
