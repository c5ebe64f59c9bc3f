/** Who is signed in, for which party they act now, and renewing a session that ran out. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'

import { api, ApiError, body, type Schemas, wire } from '@/api/client'

export type Who = Schemas['Who']

const REMEMBERED = 'liancheng.acting-for'

export const useSession = defineStore('session', () => {
  const who = ref<Who | null>(null)
  const isKnown = ref(false)
  const isExpired = ref(false)
  const actingFor = ref('')
  let waiting: (() => void)[] = []

  const parties = computed(() => {
    const found = new Map<string, { id: string; name: string; kind: string }>()
    for (const m of who.value?.memberships ?? []) {
      found.set(m.party, { id: m.party, name: m.party_name, kind: m.kind })
    }
    return [...found.values()].sort((a, b) => a.name.localeCompare(b.name, 'zh-CN'))
  })
  const memberships = computed(() =>
    (who.value?.memberships ?? []).filter((m) => !actingFor.value || m.party === actingFor.value),
  )
  const isOfficial = computed(() => memberships.value.some((m) => m.kind === 'agency'))
  const isApplicant = computed(() => memberships.value.some((m) => m.kind === 'unit'))

  /** Tell whether the person holds a role for a party they act for now. */
  function holds(role: string): boolean {
    return memberships.value.some((m) => m.role === role)
  }

  function take(found: Who): void {
    who.value = found
    isKnown.value = true
    wire.csrf = found.csrf ?? ''
    const remembered = sessionStorage.getItem(REMEMBERED) ?? ''
    actFor(parties.value.some((p) => p.id === remembered) ? remembered : '')
  }

  function actFor(party: string): void {
    actingFor.value = party
    wire.actingFor = party
    sessionStorage.setItem(REMEMBERED, party)
  }

  /** Ask the server once who is signed in; nobody is an answer too. */
  async function load(): Promise<void> {
    if (isKnown.value) return
    try {
      take(await body(api.GET('/api/v1/auth/session')))
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error
      isKnown.value = true
    }
  }

  /** Sign in. As somebody else than before nothing of the old session may go on: reload. */
  async function signIn(login: string, password: string): Promise<void> {
    const before = who.value?.id
    take(await body(api.POST('/api/v1/auth/sign-in', { body: { login, password } })))
    if (before && before !== who.value?.id) return window.location.assign('/')
    isExpired.value = false
    for (const resolve of waiting) resolve()
    waiting = []
  }

  async function signOut(): Promise<void> {
    await api.DELETE('/api/v1/auth/session')
    sessionStorage.removeItem(REMEMBERED)
    window.location.assign('/sign-in')
  }

  wire.renew = () => {
    isExpired.value = true
    return new Promise((resolve) => waiting.push(resolve))
  }

  return { who, isKnown, isExpired, actingFor, parties, memberships, isOfficial, isApplicant, holds, actFor, load, signIn, signOut }
})
