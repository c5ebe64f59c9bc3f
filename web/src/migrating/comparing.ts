/** How two standings of a case differ, in the words of the page. */
import type { Schemas } from '@/api/client'
import { instant } from '@/shared/dates'

type Standing = Schemas['Standing']

export interface Difference {
  part: 'tasks' | 'limits' | 'timers' | 'messages' | 'services' | 'state'
  before: string
  after: string
}

const PARTS: Record<Difference['part'], (standing: Standing) => string[]> = {
  tasks: (standing) => standing.tasks.map((each) => [each.step.name, each.who, instant(each.due_at)].filter(Boolean).join(' ')),
  limits: (standing) => standing.limits.map((each) => `${each.step.name} ${instant(each.due_at)}`),
  timers: (standing) => standing.timers.map((each) => `${each.step.name} ${instant(each.due_at)}`),
  messages: (standing) => standing.messages,
  services: (standing) => standing.services,
  state: (standing) => [standing.outcome ?? standing.state],
}

/** Return each part in which two standings differ, with what each of them says. */
export function differences(before: Standing, after: Standing): Difference[] {
  return (Object.keys(PARTS) as Difference['part'][])
    .map((part) => ({ part, before: told(part, before), after: told(part, after) }))
    .filter((each) => each.before !== each.after)
}

function told(part: Difference['part'], standing: Standing): string {
  return PARTS[part](standing).sort().join('、')
}

/** Say in one line where a case stands. */
export function where(standing: Standing): string {
  return [...new Set([...standing.tasks.map((each) => each.step.name), ...standing.services])].join('、')
}
