/** Codes of the server in the person's language; an unknown code stays as it is. */
import { useI18n } from 'vue-i18n'

export interface Words {
  state: (code: string | null | undefined) => string
  status: (code: string | null | undefined) => string
  task: (code: string | null | undefined) => string
  role: (code: string | null | undefined) => string
}

export function useWords(): Words {
  const { t, te } = useI18n()
  const of = (kind: string) => (code: string | null | undefined) => {
    const key = `words.${kind}.${code ?? ''}`
    return code && te(key) ? t(key) : (code ?? '')
  }
  return { state: of('state'), status: of('status'), task: of('task'), role: of('role') }
}
