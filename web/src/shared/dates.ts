/** Instants and dates as people read them: 2026-11-21 09:30, always the time of Shanghai. */
const PARTS = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
})

/** Return an instant as `2026-11-21 09:30`; nothing as an empty text. */
export function instant(iso: string | null | undefined): string {
  return iso ? PARTS.format(new Date(iso)) : ''
}

/** Return the day of an instant as `2026-11-21`. */
export function day(iso: string | null | undefined): string {
  return instant(iso).slice(0, 10)
}

/** Return the last day of a limit that runs to 24:00: the due instant is the next midnight. */
export function lastDay(dueIso: string): string {
  return day(new Date(new Date(dueIso).getTime() - 1).toISOString())
}

/** Tell whether a due instant stands for no limit. */
export function isLimitless(dueIso: string | null): boolean {
  return dueIso === null || dueIso.startsWith('9999')
}
