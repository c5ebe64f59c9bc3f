/** A date, as 2026-11-21: the browser's own field, in the person's language. */
import { Datetime } from '@bpmn-io/form-js-viewer'
import { h, type JSX } from 'preact'

import { type FieldProps, framed, tied } from './parts'

export function DateField(props: FieldProps<string>): JSX.Element {
  const { value, onChange } = props
  const change = (event: Event): void => onChange({ value: (event.target as HTMLInputElement).value || null })
  return framed(
    props,
    h('input', { ...tied(props), type: 'date', max: '9999-12-31', class: 'fjs-input lc-date', value: value ?? '', onInput: change }),
  )
}
DateField.config = (Datetime as { config: unknown }).config
