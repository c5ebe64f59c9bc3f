/** Moving through a list without a mouse: j or ↓ to the next row, k or ↑ to the one before. */
const STEPS: Readonly<Record<string, number>> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }
const TYPING = 'input, textarea, select, [contenteditable], [role="listbox"], [role="option"], [role="combobox"]'

/** Move the focus among the row links inside a frame; Enter then opens, as on any link. */
export function moveOnKey(event: KeyboardEvent, frame: HTMLElement | null): void {
  const step = STEPS[event.key]
  const target = event.target as Element | null
  if (step === undefined || event.ctrlKey || event.metaKey || event.altKey || target?.closest(TYPING)) return
  const links = [...(frame?.querySelectorAll<HTMLElement>('[data-row]') ?? [])].filter((link) => link.offsetParent !== null)
  if (!links.length) return
  const at = links.findIndex((link) => link === document.activeElement)
  const next = links[Math.min(links.length - 1, Math.max(0, at + step))]
  event.preventDefault()
  next?.focus()
  next?.scrollIntoView({ block: 'nearest' })
}
