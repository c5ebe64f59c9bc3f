/** The text field of a form that was used last, for a phrase to be put into. */
export interface PhraseTarget {
  /** Take note of the field that has got the focus. */
  remember: (event: FocusEvent) => void
  /** Put a text at the end of that field as if typed; false when there is none. */
  insert: (text: string) => boolean
}

export function usePhraseTarget(): PhraseTarget {
  let id = ''
  return {
    remember(event) {
      if (event.target instanceof HTMLTextAreaElement) id = event.target.id
    },
    insert(text) {
      const field = document.getElementById(id)
      if (!(field instanceof HTMLTextAreaElement) || field.disabled || field.readOnly) return false
      field.value = field.value ? `${field.value.trimEnd()}\n${text}` : text
      field.dispatchEvent(new Event('input', { bubbles: true }))
      field.focus()
      return true
    },
  }
}
