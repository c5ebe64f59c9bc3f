/** Shapes and lines as the drawing part of a BPMN file. */
import type { Box, Point } from './model'

const SPACES = 'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI"'
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
const shown = (n: number): string => String(Math.round(n))

export interface Drawing {
  plane: string
  shapes: Map<string, Box>
  lines: Map<string, Point[]>
  /** Ids of shapes with attributes of their own, as they are written. */
  marks: Map<string, string>
}

export function written({ plane, shapes, lines, marks }: Drawing): string {
  const drawn = [...shapes].map(([id, box]) => `      <bpmndi:BPMNShape id="${escaped(id)}_di" bpmnElement="${escaped(id)}"${marks.get(id) ?? ''}>\n        <dc:Bounds x="${shown(box.x)}" y="${shown(box.y)}" width="${shown(box.width)}" height="${shown(box.height)}"/>\n      </bpmndi:BPMNShape>`)
  const edges = [...lines].map(([id, points]) => `      <bpmndi:BPMNEdge id="${escaped(id)}_di" bpmnElement="${escaped(id)}">\n${points.map((at) => `        <di:waypoint x="${shown(at.x)}" y="${shown(at.y)}"/>`).join('\n')}\n      </bpmndi:BPMNEdge>`)
  return `  <bpmndi:BPMNDiagram ${SPACES} id="diagram_of_${escaped(plane)}">\n    <bpmndi:BPMNPlane id="plane_of_${escaped(plane)}" bpmnElement="${escaped(plane)}">\n${[...drawn, ...edges].join('\n')}\n    </bpmndi:BPMNPlane>\n  </bpmndi:BPMNDiagram>\n`
}

const EMPTY = /[ \t]*<((?:[\w.-]+:)?BPMNDiagram)\b(?:[^>]*\/>|[\s\S]*?<\/\1\s*>)\n?/g
const END = /[ \t]*<\/(?:[\w.-]+:)?definitions\s*>\s*$/

/** The file with drawings before its end; a drawing without shapes goes, all else stays as it is. */
export function inserted(xml: string, drawings: string): string {
  const bare = xml.replace(EMPTY, '')
  const at = END.exec(bare)
  if (!at) throw new Error('no end of definitions')
  return `${bare.slice(0, at.index)}${drawings}${bare.slice(at.index)}`
}
