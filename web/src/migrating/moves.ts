/** Rehearsing and moving cases one after the other: each by itself, in stages that stop at a failure. */
import { computed, type ComputedRef, ref, type Ref } from 'vue'

import { api, ApiError, body, type Schemas } from '@/api/client'

import { type Difference, differences } from './comparing'

export type Numbered = Schemas['NumberedCase']
export type Wanted = Schemas['RehearsalWanted']

export interface Result extends Numbered {
  state: 'rehearsed' | 'problem' | 'moved' | 'stays' | 'undone'
  why: string
  rehearsed: Schemas['Rehearsed'] | null
  moved: Schemas['Moved'] | null
  /** What came out otherwise than rehearsed; then nothing was moved. */
  differences: Difference[]
}

export interface Moves {
  results: Ref<Result[]>
  /** What runs now; empty: nothing. */
  running: Ref<'' | 'rehearsing' | 'moving'>
  total: Ref<number>
  done: Ref<number>
  /** Cases of the run that wait for the next stage, and whether a failure has stopped it. */
  left: Ref<Numbered[]>
  isHalted: Ref<boolean>
  nextStage: ComputedRef<number>
  of: (id: string) => Result | undefined
  isRehearsed: (cases: Numbered[]) => boolean
  /** Drop what was rehearsed: it is to be judged by other steps. */
  forget: () => void
  rehearse: (cases: Numbered[], wanted: Wanted) => Promise<void>
  /** Begin to move cases in stages of so many; what is over goes in a last one. */
  start: (cases: Numbered[], move: Schemas['Move'], sizes: number[]) => Promise<void>
  goOn: () => Promise<void>
  undo: (result: Result, reason: string) => Promise<void>
  stop: () => void
}

export function useMoves(): Moves {
  const results = ref<Result[]>([])
  const running = ref<'' | 'rehearsing' | 'moving'>('')
  const [total, done] = [ref(0), ref(0)]
  const left = ref<Numbered[]>([])
  const isHalted = ref(false)
  let isStopped = false
  let [sizes, stage]: [number[], number] = [[], 0]
  let asked: Schemas['Move'] | null = null

  const of = (id: string): Result | undefined => results.value.find((each) => each.id === id)
  const nextStage = computed(() => Math.min(left.value.length, sizes[stage] ?? left.value.length))
  const isRehearsed = (cases: Numbered[]): boolean => cases.every((each) => of(each.id)?.state === 'rehearsed')

  function note(each: Numbered, found: Partial<Result> & Pick<Result, 'state'>): void {
    const known = of(each.id)
    if (known) Object.assign(known, { why: '', differences: [] }, found)
    else results.value.push({ ...each, why: '', rehearsed: null, moved: null, differences: [], ...found })
  }

  async function each(kind: 'rehearsing' | 'moving', cases: Numbered[], act: (one: Numbered) => Promise<boolean>): Promise<number> {
    ;[isStopped, running.value, total.value, done.value] = [false, kind, cases.length, 0]
    try {
      for (const one of cases) {
        if (isStopped) break
        const isWell = await act(one)
        done.value += 1
        if (!isWell) break
      }
    } finally {
      running.value = ''
    }
    return done.value
  }

  function forget(): void {
    results.value = results.value.filter((each) => each.state !== 'rehearsed' && each.state !== 'problem')
  }

  async function rehearse(cases: Numbered[], wanted: Wanted): Promise<void> {
    left.value = []
    await each('rehearsing', cases, async (one) => {
      note(one, await rehearsal(one.id, wanted))
      return true
    })
  }

  async function start(cases: Numbered[], move: Schemas['Move'], stages: number[]): Promise<void> {
    ;[asked, sizes, stage] = [move, stages, 0]
    left.value = [...cases]
    await goOn()
  }

  async function goOn(): Promise<void> {
    if (!asked) return
    const [move, cases] = [asked, left.value.slice(0, nextStage.value)]
    stage += 1
    isHalted.value = false
    const number = await each('moving', cases, async (one) => {
      const found = await outcome(one.id, move, of(one.id)?.rehearsed ?? null)
      note(one, found)
      isHalted.value = found.state !== 'moved'
      return !isHalted.value
    })
    left.value = left.value.slice(number)
  }

  async function undo(result: Result, reason: string): Promise<void> {
    await body(api.POST('/api/v1/cases/{case_id}/migration/undo', { params: { path: { case_id: result.id } }, body: { reason } }))
    result.state = 'undone'
  }

  const stop = (): void => { isStopped = true }
  return { results, running, total, done, left, isHalted, nextStage, of, isRehearsed, forget, rehearse, start, goOn, undo, stop }
}

type Found = Partial<Result> & Pick<Result, 'state'>

async function rehearsal(id: string, wanted: Wanted): Promise<Found> {
  try {
    const told = await ask(id, wanted)
    if (told.problem) return { state: 'problem', why: told.problem.message, rehearsed: null }
    const later = told.later.find((each) => each.problem)
    return { state: later ? 'problem' : 'rehearsed', why: later?.problem?.message ?? '', rehearsed: told }
  } catch (refusal) {
    if (!(refusal instanceof ApiError)) throw refusal
    return { state: 'problem', why: refusal.message, rehearsed: null }
  }
}

function ask(id: string, { to, mapping }: Wanted): Promise<Schemas['Rehearsed']> {
  return body(api.POST('/api/v1/cases/{case_id}/migration/rehearsal', { params: { path: { case_id: id } }, body: { to, mapping } }))
}

async function outcome(id: string, move: Schemas['Move'], rehearsed: Schemas['Rehearsed'] | null): Promise<Found> {
  try {
    const wanted = { ...move, rehearsed: rehearsed?.digest ?? null }
    const moved = await body(api.POST('/api/v1/cases/{case_id}/migration', { params: { path: { case_id: id } }, body: wanted }))
    return { state: 'moved', moved }
  } catch (refusal) {
    if (!(refusal instanceof ApiError)) throw refusal
    const stays: Found = { state: 'stays', why: refusal.message }
    if (refusal.code !== 'DIFFERS' || !rehearsed?.after) return stays
    const now = await rehearsal(id, move)
    return { ...stays, rehearsed: null, differences: now.rehearsed?.after ? differences(rehearsed.after, now.rehearsed.after) : [] }
  }
}
