/** What the properties panel offers to choose from. */
import type { Schemas } from '@/api/client'

export type Vocabulary = Schemas['Vocabulary']

/** Processes, tables and forms of the library, by id. */
export type Wanted = Partial<Schemas['TakeParts']>
