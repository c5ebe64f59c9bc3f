/** A trial on the page: how it stands, what somebody does in it, one act at a time. */
import { computed, type ComputedRef, type Ref, ref, shallowRef } from 'vue'

import { api, ApiError, body, type Schemas } from '@/api/client'
import { tellRefusal } from '@/shared/notices'

export type Trial = Schemas['Trial']
export type Act = Omit<Schemas['TrialAct'], 'version'>

/** What somebody can do now: do a task, start the case, send a message, object. */
export interface Chance {
  kind: 'start' | 'task' | 'message' | 'objection'
  place: string
  label: string
  due: string | null
}

/** Somebody who can do something now. The public has no login. */
export interface Player {
  login: string
  name: string
  party: string
  chances: Chance[]
}

export interface Words {
  start: string
  public: string
  object: string
}

export interface Playing {
  trial: Ref<Trial | null>
  players: ComputedRef<Player[]>
  error: Ref<ApiError | null>
  isBusy: Ref<boolean>
  load: () => Promise<void>
  /** Do something; whether it was taken. A refusal of the form is given to `refuse`. */
  act: (act: Partial<Act> & Pick<Act, 'kind'>, refuse?: (fields: Record<string, string[]>) => void) => Promise<boolean>
  takeBack: (number: number) => Promise<void>
}

export function usePlaying(trialId: string, words: () => Words): Playing {
  const trial = shallowRef<Trial | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const isBusy = ref(false)
  const path = { params: { path: { trial_id: trialId } } }

  async function load(): Promise<void> {
    isBusy.value = true
    try {
      trial.value = await body(api.GET('/api/v1/studio/trials/{trial_id}', path))
      error.value = null
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure
      error.value = failure
    } finally {
      isBusy.value = false
    }
  }

  async function act(given: Partial<Act> & Pick<Act, 'kind'>, refuse?: (fields: Record<string, string[]>) => void): Promise<boolean> {
    if (!trial.value) return false
    isBusy.value = true
    try {
      const sent = { login: '', place: '', answers: {}, files: {}, advance: '', ...given, version: trial.value.version }
      trial.value = await body(api.POST('/api/v1/studio/trials/{trial_id}/steps', { ...path, body: sent }))
      return true
    } catch (refusal) {
      if (refusal instanceof ApiError && refuse && Object.keys(refusal.fields).length) refuse({ ...refusal.fields })
      else tellRefusal(refusal)
      if (refusal instanceof ApiError && refusal.code === 'STALE') await load()
      return false
    } finally {
      isBusy.value = false
    }
  }

  async function takeBack(number: number): Promise<void> {
    const query = { version: trial.value?.version ?? 0 }
    try {
      await api.DELETE('/api/v1/studio/trials/{trial_id}/steps/{number}', { params: { path: { trial_id: trialId, number }, query } })
    } catch (refusal) {
      tellRefusal(refusal)
    }
    await load()
  }

  const players = computed(() => (trial.value ? who(trial.value, words()) : []))
  return { trial, players, error, isBusy, load, act, takeBack }
}

function who(trial: Trial, words: Words): Player[] {
  const found = new Map<string, Player>()
  const people = new Map(trial.people.map((each) => [each.login, each]))
  const add = (login: string, chance: Chance): void => {
    const person = people.get(login)
    const player = found.get(login) ?? { login, name: person?.name ?? login, party: person?.party ?? '', chances: [] }
    player.chances.push(chance)
    found.set(login, player)
  }
  if (!trial.case) for (const login of trial.starters) add(login, { kind: 'start', place: '', label: words.start, due: null })
  for (const task of trial.tasks) for (const login of task.people) add(login, { kind: 'task', place: task.place, label: task.name, due: task.due_at })
  for (const message of trial.messages) for (const login of message.people) add(login, { kind: 'message', place: message.name, label: message.label, due: null })
  const busy = [...found.values()].sort((one, other) => Number(other.chances.some((each) => each.kind !== 'message')) - Number(one.chances.some((each) => each.kind !== 'message')))
  if (trial.notices.length) busy.push({ login: '', name: words.public, party: '', chances: [{ kind: 'objection', place: '', label: words.object, due: null }] })
  return busy
}
