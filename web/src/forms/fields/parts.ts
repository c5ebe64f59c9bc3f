/** What our fields share with form-js's own: label, description, errors, services. */
import { Description, Errors, FormContext, Label } from '@bpmn-io/form-js-viewer'
import { type ComponentChildren, type ComponentType, h, type JSX } from 'preact'
import { useContext } from 'preact/hooks'

import type { Component } from '../places'

export interface FieldProps<T> {
  field: Component & { description?: string; dateLabel?: string }
  value: T | null | undefined
  errors?: string[]
  domId: string
  disabled?: boolean
  readonly?: boolean
  onChange: (update: { value: T | null }) => void
  onBlur?: () => void
  onFocus?: () => void
}

export type Translate = (text: string, values?: Record<string, unknown>) => string

/** Return a service of the form around. */
export function useService<T>(name: string): T {
  const context = useContext(FormContext as never) as { getService: (name: string) => T }
  return context.getService(name)
}

export const labelOf = (props: FieldProps<never>): string => props.field.label ?? props.field.dateLabel ?? ''

/** Frame an input as form-js does: label above, description and errors below. */
export function framed(props: Omit<FieldProps<never>, 'value' | 'onChange'>, input: ComponentChildren): JSX.Element {
  const { field, errors = [], domId, disabled, readonly } = props
  const classes = ['fjs-form-field', `fjs-form-field-${field.type}`]
  if (errors.length) classes.push('fjs-has-errors')
  if (disabled) classes.push('fjs-disabled')
  if (readonly) classes.push('fjs-readonly')
  const label = field.label ?? field.dateLabel ?? ''
  const isRequired = Boolean(field.validate?.required)
  return h('div', { class: classes.join(' ') }, [
    h(Label as ComponentType<object>, { htmlFor: domId, label, required: isRequired } as object),
    input,
    h(Description as ComponentType<object>, { id: `${domId}-description`, description: field.description } as object),
    h(Errors as ComponentType<object>, { id: `${domId}-error-message`, errors } as object),
  ])
}

/** Return the attributes that tie an input to its label, description and errors. */
export function tied(props: Omit<FieldProps<never>, 'value' | 'onChange'>): Record<string, unknown> {
  const { domId, errors = [], disabled, readonly, field } = props
  return {
    id: domId,
    disabled: Boolean(disabled || readonly),
    'aria-invalid': errors.length > 0,
    'aria-describedby': `${domId}-description ${domId}-error-message`,
    'aria-required': field.validate?.required ? 'true' : undefined,
    onBlur: () => props.onBlur?.(),
    onFocus: () => props.onFocus?.(),
  }
}
