/** What of a diagram a case may still come to, from its own sequence flows. */
import type { Marks } from './viewer'

const MODEL = 'http://www.omg.org/spec/BPMN/20100524/MODEL'

export interface Drawn {
  /** The ids of the processes in the file. */
  processes: string[]
  marks: Marks
}

/** Mark nodes and flows of a BPMN file: passed, current, and reachable from the current ones. */
export function mark(xml: string, visited: readonly string[], current: readonly string[], called: ReadonlyMap<string, string>, running: ReadonlySet<string>): Drawn {
  const file = new DOMParser().parseFromString(xml, 'application/xml')
  const flows = [...file.getElementsByTagNameNS(MODEL, 'sequenceFlow')].map((flow) => ({
    id: flow.getAttribute('id') ?? '',
    from: flow.getAttribute('sourceRef') ?? '',
    to: flow.getAttribute('targetRef') ?? '',
  }))
  const passed = new Set(visited)
  const calls = [...called].filter(([, process]) => running.has(process)).map(([node]) => node)
  const now = new Set([...current, ...calls])
  const marks: Record<string, Marks[string]> = {}
  for (const id of passed) marks[id] = 'done'
  for (const { id, from, to } of flows) if (passed.has(from) && (passed.has(to) || now.has(to))) marks[id] = 'done'
  for (const id of ahead(flows, file, now)) if (!passed.has(id)) marks[id] = 'next'
  for (const id of now) marks[id] = 'now'
  const processes = [...file.getElementsByTagNameNS(MODEL, 'process')].map((each) => each.getAttribute('id') ?? '')
  return { processes, marks }
}

function ahead(flows: { from: string; to: string }[], file: Document, from: ReadonlySet<string>): Set<string> {
  const boundary = [...file.getElementsByTagNameNS(MODEL, 'boundaryEvent')].map((event) => ({
    from: event.getAttribute('attachedToRef') ?? '',
    to: event.getAttribute('id') ?? '',
  }))
  const edges = [...flows, ...boundary]
  const found = new Set<string>()
  const open = [...from]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const edge of edges) {
      if (edge.from !== at || found.has(edge.to)) continue
      found.add(edge.to)
      open.push(edge.to)
    }
  }
  return found
}
