/** What is read of a BPMN file to arrange it: elements by their names, whatever the prefix. */

export interface Box {
  x: number
  y: number
  width: number
  height: number
}
export interface Point {
  x: number
  y: number
}
export interface Flow {
  id: string
  from: string
  to: string
}

export const bottom = (box: Box): number => box.y + box.height
export const right = (box: Box): number => box.x + box.width
export const middle = (box: Box): Point => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 })

export function parsed(xml: string): Document {
  const document = new DOMParser().parseFromString(xml, 'text/xml')
  if (document.querySelector('parsererror')) throw new Error('no XML')
  return document
}

export const children = (of: Element, name: string): Element[] => [...of.children].filter((each) => each.localName === name)
export const within = (of: Document | Element, name: string): Element[] => [...of.getElementsByTagNameNS('*', name)]
export const idOf = (of: Element): string => of.getAttribute('id') ?? ''

export const flows = (of: Element, name: string): Flow[] =>
  within(of, name).map((each) => ({ id: idOf(each), from: each.getAttribute('sourceRef') ?? '', to: each.getAttribute('targetRef') ?? '' }))

/** The lanes that lie in no other lane's lanes, with the nodes in each. */
export function lanes(process: Element): { id: string; nodes: string[] }[] {
  return within(process, 'lane')
    .filter((lane) => !children(lane, 'childLaneSet').length)
    .map((lane) => ({ id: idOf(lane), nodes: children(lane, 'flowNodeRef').map((each) => (each.textContent ?? '').trim()) }))
}
