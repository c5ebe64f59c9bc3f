/** The parts of the properties panel that the studio uses; the packages bring no types. */
declare module '@bpmn-io/properties-panel/preact' {
  export type Node = object
  export function h(component: unknown, properties: object | null, ...children: unknown[]): Node
}
declare module '@bpmn-io/properties-panel' {
  export const TextFieldEntry: unknown
  export const TextAreaEntry: unknown
  export const SelectEntry: unknown
  export const CheckboxEntry: unknown
  export const ListGroup: unknown
  export function isTextFieldEntryEdited(node: unknown): boolean
  export function isTextAreaEntryEdited(node: unknown): boolean
  export function isSelectEntryEdited(node: unknown): boolean
  export function isCheckboxEntryEdited(node: unknown): boolean
}
declare module 'bpmn-js-properties-panel' {
  export const BpmnPropertiesPanelModule: Record<string, unknown>
  export function useService(name: string): (call: unknown) => unknown
}
