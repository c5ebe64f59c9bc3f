/** Diagrams without a drawing: whoever opens one sees it arranged; nothing is written by that. */

const SHAPE = /<(?:[\w.-]+:)?BPMNShape\b/

/** Return the file, arranged where it says nothing of where its shapes stand. Raises if it is no BPMN. */
export async function drawn(xml: string): Promise<{ xml: string; isArranged: boolean }> {
  if (SHAPE.test(xml)) return { xml, isArranged: false }
  const { arranged } = await import('./arranging/arranging')
  return { xml: await arranged(xml), isArranged: true }
}
