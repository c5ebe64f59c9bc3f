/** Whether the window is wide enough to edit in. */
import { onBeforeUnmount, onMounted, type Ref, ref } from 'vue'

const WIDE = '(min-width: 900px)'

export function useWide(): Ref<boolean> {
  const query = window.matchMedia(WIDE)
  const isWide = ref(query.matches)
  const look = (event: MediaQueryListEvent): void => void (isWide.value = event.matches)
  onMounted(() => query.addEventListener('change', look))
  onBeforeUnmount(() => query.removeEventListener('change', look))
  return isWide
}
