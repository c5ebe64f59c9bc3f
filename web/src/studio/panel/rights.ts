/** 字段权限: what a task may do with each field of its form. */
import type { Moddle } from '../editor/services'
import { choice, type Entry } from './entries'
import { is } from './moddle'
import type { About, Group } from './provider'

export function rightsGroup(about: About): Group | null {
  const { shape, pen, words, t } = about
  const object = shape.businessObject
  if (!is(object, 'bpmn:UserTask')) return null
  const form = words.forms.find((each) => each.id === pen.text(shape, 'liancheng:form'))
  const known = form?.asks ?? []
  const others = pen.extensions(object, 'liancheng:Field').map((each) => String(each.get('name'))).filter((name) => !known.some((each) => each.id === name))
  const fields = [...known, ...others.map((name) => ({ id: name, name }))]
  if (!fields.length) return null
  return { id: 'rights', label: t('rights.title'), entries: fields.map((each) => right(about, each)) }
}

function right({ shape, pen, t }: About, field: { id: string; name: string }): Entry {
  const object = shape.businessObject
  const of = (name: string): Moddle | undefined => pen.extensions(object, 'liancheng:Field').find((each) => each.get('name') === name)
  const found = (): Moddle | undefined => of(field.id)
  const around = String(of(field.id.replace(/(\[\])?\.[^.]*$/, ''))?.get('access') ?? '')
  const isWithin = field.id.includes('.') && around !== ''
  const options = ['', 'readonly', 'hidden'].map((value) => ({ value, label: t(`rights.${value || (isWithin ? 'around' : 'editable')}`) }))
  const set = (access: string): void => {
    const now = found()
    if (now && access === '') pen.remove(shape, object, now)
    else if (now) pen.writeTo(shape, now, { access })
    else if (access !== '') pen.add(shape, object, 'liancheng:Field', { name: field.id, access })
  }
  return choice({ id: `right-${field.id}`, label: field.name, options, isOff: isWithin && around === 'hidden' }, () => String(found()?.get('access') ?? ''), set)
}
