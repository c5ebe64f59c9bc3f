/** The filters of a list, kept in the page's address so that back and reload keep them. */
import { computed, type ComputedRef } from 'vue'
import { type LocationQuery, useRoute, useRouter } from 'vue-router'

import type { paths } from '@/api/schema'

export type ListQuery = NonNullable<paths['/api/v1/workbench/{list_name}']['get']['parameters']['query']>
export type Sort = NonNullable<ListQuery['sort']>
export type Light = 'red' | 'yellow' | 'green' | 'none'
export type Claim = 'mine' | 'unclaimed' | 'others'

export const SORTS: readonly Sort[] = ['due', 'opened', 'number']
export const LIGHTS: readonly Light[] = ['red', 'yellow', 'green', 'none']
export const CLAIMS: readonly Claim[] = ['mine', 'unclaimed', 'others']

export interface Filters {
  text: string
  procedure: string
  activity: string
  light: Light | ''
  claim: Claim | ''
  fact: string[]
  sort: Sort
}

function one<T extends string>(known: readonly T[], value: unknown): T | '' {
  return known.find((each) => each === value) ?? ''
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Read filters from an address or a saved view; what is not known is left out. */
export function readFilters(query: LocationQuery | Record<string, unknown>): Filters {
  const facts = Array.isArray(query.fact) ? query.fact : query.fact ? [query.fact] : []
  return {
    text: word(query.text),
    procedure: word(query.procedure),
    activity: word(query.activity),
    light: one(LIGHTS, query.light),
    claim: one(CLAIMS, query.claim),
    fact: facts.map(word).filter(Boolean),
    sort: one(SORTS, query.sort) || 'due',
  }
}

/** Write filters for an address: only what is set. */
export function written(filters: Filters): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(filters)) {
    if (value.length && !(name === 'sort' && value === 'due')) found[name] = value as string | string[]
  }
  return found
}

/** The filters of the page, and how to change some of them. */
export function useFilters(): { filters: ComputedRef<Filters>; change: (some: Partial<Filters>) => void; asQuery: ComputedRef<ListQuery> } {
  const route = useRoute()
  const router = useRouter()
  const filters = computed(() => readFilters(route.query))
  const asQuery = computed(() => written(filters.value) as ListQuery)
  function change(some: Partial<Filters>): void {
    void router.replace({ query: written({ ...filters.value, ...some }) })
  }
  return { filters, change, asQuery }
}
