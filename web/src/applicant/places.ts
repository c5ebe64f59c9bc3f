/** The names of places in the person's language; an unknown one stays its code. */
type Translate = (key: string) => string

export function placeOf(code: string, t: Translate): string {
  const key = `applicant.place.${code}`
  const found = t(key)
  return found === key ? code : found
}
