/** Attachments: sent as soon as they are chosen; the answer is the list of their ids. */
import { FilePicker } from '@bpmn-io/form-js-viewer'
import { h, type JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'

import { ApiError } from '@/api/client'

import type { Uploads } from '../uploads'
import { type FieldProps, framed, tied, type Translate, useService } from './parts'

interface Sending {
  name: string
  share: number
}

const megabytes = (bytes: number): string => `${Math.max(bytes / 1e6, 0.01).toFixed(2)} MB`

export function FilesField(props: FieldProps<string[]>): JSX.Element {
  const uploads = useService<Uploads>('uploads')
  const translate = useService<Translate>('translate')
  const [sending, setSending] = useState<Sending[]>([])
  const [problem, setProblem] = useState('')
  const chosen = useRef<string[]>([])
  const { field, value, onChange, domId } = props
  const ids = (chosen.current = value ?? [])
  const isLocked = Boolean(props.disabled || props.readonly)

  async function sendAll(files: File[]): Promise<void> {
    setProblem('')
    for (const file of files) {
      setSending((now) => [...now, { name: file.name, share: 0 }])
      const tell = (share: number): void =>
        setSending((now) => now.map((each) => (each.name === file.name ? { ...each, share } : each)))
      try {
        const sent = await uploads.send(file, tell)
        onChange({ value: [...chosen.current, sent.id] })
        chosen.current = [...chosen.current, sent.id]
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        setProblem(`${file.name}：${error.message}`)
      } finally {
        setSending((now) => now.filter((each) => each.name !== file.name))
      }
    }
  }

  const pick = (event: Event): void => {
    const input = event.target as HTMLInputElement
    void sendAll([...(input.files ?? [])]).then(() => (input.value = ''))
  }
  return framed(props, [
    isLocked
      ? null
      : h('input', {
          ...tied(props),
          type: 'file',
          multiple: Boolean(field.multiple),
          accept: (field as { accept?: string }).accept,
          class: 'lc-file',
          onChange: pick,
        }),
    h('div', { 'aria-live': 'polite', class: 'lc-sending' }, [
      ...sending.map((each) => h('p', null, [`${each.name} `, h('progress', { value: each.share, max: 1, 'aria-label': each.name })])),
      problem ? h('p', { class: 'fjs-form-field-error', role: 'alert' }, problem) : null,
    ]),
    ids.length ? h('ul', { class: 'lc-files' }, ids.map((id) => row(id))) : isLocked ? h('p', { id: domId }, '—') : null,
  ])

  function row(id: string): JSX.Element {
    const file = uploads.known(id)
    const name = file?.name ?? translate('Attachment')
    return h('li', { key: id }, [
      h('button', { type: 'button', class: 'lc-link', onClick: () => uploads.look(file ?? { id, name, size_bytes: 0, media_type: '' }) }, name),
      file?.size_bytes ? h('span', { class: 'lc-soft' }, ` ${megabytes(file.size_bytes)} `) : ' ',
      isLocked
        ? null
        : h('button', { type: 'button', class: 'lc-link', 'aria-label': `${translate('Remove')} ${name}`, onClick: () => onChange({ value: ids.filter((each) => each !== id) }) }, translate('Remove')),
    ])
  }
}
FilesField.config = { ...(FilePicker as unknown as { config: object }).config, emptyValue: [] }
