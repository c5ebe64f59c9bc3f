/** One of several: the browser's own select, which keyboards, phones and screen readers know. */
import { Select } from '@bpmn-io/form-js-viewer'
import { h, type JSX } from 'preact'

import { type FieldProps, framed, tied, type Translate, useService } from './parts'

export function SelectField(props: FieldProps<string>): JSX.Element {
  const translate = useService<Translate>('translate')
  const { field, value, onChange } = props
  const choices = (field.values ?? []).map(({ value: each, label }) =>
    h('option', { value: each, selected: each === value }, label),
  )
  const change = (event: Event): void => onChange({ value: (event.target as HTMLSelectElement).value || null })
  return framed(
    props,
    h('select', { ...tied(props), class: 'fjs-input lc-select', value: value ?? '', onChange: change }, [
      h('option', { value: '' }, translate('Please select')),
      ...choices,
    ]),
  )
}
SelectField.config = (Select as { config: unknown }).config
