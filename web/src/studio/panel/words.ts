/** What the properties panel offers to choose from. */
import type { Schemas } from '@/api/client'

export type Vocabulary = Schemas['Vocabulary']

export const NOTHING: Vocabulary = { clauses: [], roles: [], forms: [], decisions: [], processes: [], parameters: [], operations: [] }
