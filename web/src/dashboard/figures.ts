/** What the figures are asked for. */
export interface Asked {
  procedure?: string
  since?: string
  rehearsals?: boolean
}
