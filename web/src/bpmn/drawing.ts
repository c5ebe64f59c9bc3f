/** A diagram drawn into the element that the page calls ``canvas``: anew when its text changes, marked anew when its marks do. */
import { onBeforeUnmount, onMounted, type Ref, ref, useTemplateRef, watch } from 'vue'

import { type Marks, openDiagram, type OpenDiagram } from './viewer'

export interface Drawing {
  /** Whether the text is no diagram that can be drawn. */
  isUnreadable: Ref<boolean>
  zoom: (factor: number) => void
  fit: () => void
}

export function useDrawing(xml: () => string, marks: () => Marks, picked: (nodeId: string) => void = () => undefined): Drawing {
  const canvas = useTemplateRef<HTMLElement>('canvas')
  const isUnreadable = ref(false)
  let diagram: OpenDiagram | null = null

  async function draw(): Promise<void> {
    diagram?.close()
    isUnreadable.value = false
    if (!canvas.value) return
    try {
      diagram = await openDiagram(canvas.value, xml(), picked)
      diagram.mark(marks())
    } catch {
      isUnreadable.value = true
    }
  }

  onMounted(draw)
  watch(xml, draw)
  watch(marks, (now) => diagram?.mark(now))
  onBeforeUnmount(() => diagram?.close())
  return { isUnreadable, zoom: (factor) => diagram?.zoom(factor), fit: () => diagram?.fit() }
}
