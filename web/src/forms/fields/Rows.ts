/**
 * Tables of rows. Up to four rows stand open; of more, each is one line and those being edited are
 * open: what is typed costs the same in a table of two rows and of two hundred.
 */
import { DynamicList, Errors, LocalExpressionContext, buildExpressionContext } from '@bpmn-io/form-js-viewer'
import { Fragment, h, type ComponentType, type JSX } from 'preact'
import { useContext, useMemo, useState } from 'preact/hooks'

import type { Component } from '../places'
import { type FieldProps, type Translate, useService } from './parts'

const ALL_OPEN = 4
const CELLS = 3

type Row = Record<string, unknown>
type Indexes = Record<string, number>

interface Table extends Component {
  allowAddRemove?: boolean
}

interface RepeatProps {
  field: Table
  indexes?: Indexes
  readonly?: boolean
  disabled?: boolean
  RowsRenderer: ComponentType<object>
  useSharedState: [unknown, (next: unknown) => void]
  onChange: (update: { field?: Table; value: Row[]; indexes?: Indexes }) => void
}

interface FormState {
  data: Record<string, unknown>
  errors: Record<string, unknown>
}

interface FormLike {
  _getState: () => FormState
  _setState: (state: Partial<FormState>) => void
  _getInitializedFieldData: (data: unknown, options: object) => Row
}

interface Registry {
  get: (id: string) => Table
}

/** form-js's own list, with the refusals that concern the whole table under it. */
export function RowList(props: FieldProps<Row[]>): JSX.Element {
  return h(Fragment, null, [
    h(DynamicList as ComponentType<object>, props),
    h(Errors as ComponentType<object>, { id: `${props.domId}-error-message`, errors: whole(props.errors) } as object),
  ])
}
RowList.config = (DynamicList as { config: unknown }).config

/** Refusals of single rows lie under the same id; only a list of sentences is the table's own. */
function whole(errors: unknown): string[] {
  return Array.isArray(errors) && errors.every((each) => typeof each === 'string') ? errors : []
}

/** Takes the place of form-js's RepeatRenderManager: same duties, other drawing. */
export class Rows {
  static $inject = ['form', 'formFieldRegistry', 'pathRegistry']
  private readonly opened = new Map<string, Set<number>>()

  constructor(
    private readonly form: FormLike,
    private readonly registry: Registry,
    private readonly paths: { getValuePath: (field: Table, options: object) => (string | number)[] },
  ) {
    this.Repeater = this.Repeater.bind(this)
    this.RepeatFooter = this.RepeatFooter.bind(this)
  }

  isFieldRepeating(id?: string): boolean {
    return Boolean(id) && this.registry.get(id as string).type === 'dynamiclist'
  }

  /** Open the rows that lead to a field. */
  open(tables: readonly string[], rows: readonly number[]): void {
    tables.forEach((table, depth) => this.openedOf(table, rows.slice(0, depth)).add(rows[depth] ?? 0))
    this.form._setState({})
  }

  private openedOf(table: string, above: readonly number[]): Set<number> {
    const key = [table, ...above].join('/')
    const found = this.opened.get(key) ?? new Set<number>()
    this.opened.set(key, found)
    return found
  }

  private rowsOf(field: Table, indexes?: Indexes): Row[] {
    let at: unknown = this.form._getState().data
    for (const step of this.paths.getValuePath(field, { indexes })) at = (at as Row | undefined)?.[step]
    return Array.isArray(at) ? (at as Row[]) : []
  }

  private isWrong(field: Table, above: readonly number[], row: number): boolean {
    const { errors } = this.form._getState()
    const inner = (component: Component): boolean => {
      let at: unknown = errors[component.id]
      for (const step of [...above, row]) at = (at as Row | undefined)?.[step]
      return at !== undefined || (component.components ?? []).some(inner)
    }
    return (field.components ?? []).some(inner)
  }

  Repeater(props: RepeatProps): JSX.Element {
    const { field, indexes, onChange } = props
    const rows = this.rowsOf(field, indexes)
    const above = Object.values(indexes ?? {})
    const opened = this.openedOf(field.id, above)
    const isLong = rows.length > ALL_OPEN
    const remove = (row: number): void => {
      const kept = [...opened].filter((each) => each !== row).map((each) => (each > row ? each - 1 : each))
      opened.clear()
      for (const each of kept) opened.add(each)
      onChange({ field, value: rows.filter((_, index) => index !== row), indexes })
    }
    const toggle = (row: number): void => {
      if (!opened.delete(row)) opened.add(row)
      this.form._setState({})
    }
    return h(Fragment, null, rows.map((item, row) =>
      h(OneRow, {
        key: row, ...props, item, row, isLong, remove, toggle,
        isOpen: !isLong || opened.has(row),
        isWrong: this.isWrong(field, above, row),
      }),
    ))
  }

  RepeatFooter(props: RepeatProps): JSX.Element | null {
    const translate = useService<Translate>('translate')
    const { field, indexes, readonly, disabled, onChange } = props
    const rows = this.rowsOf(field, indexes)
    const most = Number(field.properties?.maxRows ?? Infinity)
    if (!field.allowAddRemove || readonly || disabled) return null
    const add = (): void => {
      const next = { ...indexes, [field.id]: rows.length }
      const item = this.form._getInitializedFieldData(this.form._getState().data, { container: field, indexes: next })
      this.openedOf(field.id, Object.values(indexes ?? {})).add(rows.length)
      onChange({ value: [...rows, item] })
    }
    return h('div', { class: 'lc-rows-foot' }, [
      h('button', { type: 'button', class: 'lc-add', onClick: add, disabled: rows.length >= most }, translate('Add row')),
      h('span', { class: 'lc-soft' }, translate('{count} rows', { count: rows.length })),
    ])
  }
}

interface RowProps extends RepeatProps {
  item: Row
  row: number
  isLong: boolean
  isOpen: boolean
  isWrong: boolean
  remove: (row: number) => void
  toggle: (row: number) => void
}

interface ExpressionInfo {
  data: unknown
  this: unknown
  i: number[]
}

function OneRow(props: RowProps): JSX.Element {
  const { field, item, row, isLong, isOpen, isWrong, indexes, RowsRenderer, toggle } = props
  const translate = useService<Translate>('translate')
  const around = useContext(LocalExpressionContext as never) as ExpressionInfo
  const inner = useMemo(
    () => ({
      data: around.data,
      this: item,
      parent: buildExpressionContext({ ...around, data: around.this } as never),
      i: [...around.i, row + 1],
    }),
    [around, item, row],
  )
  const title = translate('Row {row}', { row: row + 1 })
  const body = (): JSX.Element =>
    h(LocalExpressionContext.Provider as ComponentType<object>, { value: inner } as object,
      h(RowsRenderer, { ...props, indexes: { ...indexes, [field.id]: row } } as object))
  const head = isLong
    ? h('button', { type: 'button', class: 'lc-row-toggle', 'aria-expanded': isOpen, onClick: () => toggle(row) }, [
        h('span', { class: 'lc-row-no' }, title),
        h('span', { class: 'lc-row-text' }, summary(field, item) || translate('Not filled in')),
        isWrong ? h('span', { class: 'lc-tag red' }, translate('To be corrected')) : null,
      ])
    : h('span', { class: 'lc-row-no' }, [title, isWrong ? h('span', { class: 'lc-tag red' }, translate('To be corrected')) : null])
  return h('div', { class: `lc-table-row${isOpen ? ' open' : ''}`, role: 'group', 'aria-label': title }, [
    h('div', { class: 'lc-row-head' }, [head, h(RemoveButton, { ...props, title })]),
    isOpen ? body() : null,
  ])
}

/** Removing asks once more, in place. */
function RemoveButton(props: RowProps & { title: string }): JSX.Element | null {
  const translate = useService<Translate>('translate')
  const [isAsked, setAsked] = useState(false)
  const { field, readonly, disabled, row, remove, title } = props
  if (!field.allowAddRemove || readonly || disabled) return null
  const click = (): void => {
    if (isAsked) remove(row)
    setAsked(!isAsked)
  }
  return h('button', { type: 'button', class: 'lc-remove', onClick: click, onBlur: () => setAsked(false) }, [
    translate(isAsked ? 'Really remove?' : 'Remove'),
    h('span', { class: 'lc-hidden' }, ` ${title}`),
  ])
}

/** Return the first filled cells of a row as one line. */
function summary(field: Table, item: Row): string {
  const texts: string[] = []
  for (const cell of field.components ?? []) {
    const value = cell.key ? item[cell.key] : undefined
    if (value === undefined || value === null || value === '' || typeof value === 'object' || typeof value === 'boolean') continue
    texts.push(cell.values?.find((each) => each.value === value)?.label ?? String(value))
    if (texts.length === CELLS) break
  }
  return texts.join(' · ')
}
