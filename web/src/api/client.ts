/** The HTTP API with its types; the only place that knows headers, tokens and error shapes. */
import createClient, { type Middleware } from 'openapi-fetch'

import type { components, paths } from './schema'

export type Schemas = components['schemas']

/** A refusal of the server, or no answer at all (`status` 0). `message` is Chinese, for people. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Readonly<Record<string, string[]>> = {},
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message)
  }
}

/** What the client needs to know of the session; the session store fills it in. */
export const wire = {
  csrf: '',
  actingFor: '',
  /** Called when the session is over; resolves once somebody has signed in again. */
  renew: (): Promise<void> => Promise.reject(new ApiError(401, 'NOT_SIGNED_IN', '请先登录')),
}

const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

function headed(request: Request): Request {
  if (wire.actingFor) request.headers.set('X-Acting-For', wire.actingFor)
  if (UNSAFE.has(request.method)) {
    request.headers.set('X-CSRF-Token', wire.csrf)
    if (!request.headers.has('Idempotency-Key')) {
      request.headers.set('Idempotency-Key', crypto.randomUUID())
    }
  }
  return request
}

/** Send a request; when the session has run out, let the person sign in and send it once more. */
export async function send(request: Request): Promise<Response> {
  headed(request)
  const again = request.clone()
  const reply = await reached(request)
  if (reply.status !== 401 || again.url.endsWith('/auth/sign-in') || again.url.endsWith('/auth/session')) {
    return reply
  }
  await wire.renew()
  again.headers.set('X-CSRF-Token', wire.csrf)
  return reached(again)
}

async function reached(request: Request): Promise<Response> {
  try {
    return await fetch(request)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError(0, 'OFFLINE', '暂时连不上服务器，您填写的内容仍在本页，请检查网络后重试')
  }
}

/** Turn a reply that is no success into an ApiError. */
export async function refusal(reply: Response): Promise<ApiError> {
  try {
    const body = (await reply.json()) as Partial<Schemas['Error']> & Record<string, unknown>
    return new ApiError(
      reply.status,
      String(body.code ?? reply.status),
      String(body.message ?? '服务器没有给出原因'),
      (body.errors ?? {}) as Record<string, string[]>,
      (body.details ?? {}) as Record<string, unknown>,
    )
  } catch {
    return new ApiError(reply.status, String(reply.status), '服务器暂时无法处理，请稍后重试')
  }
}

const refuse: Middleware = {
  async onResponse({ response }) {
    if (!response.ok) throw await refusal(response)
  },
}

export const api = createClient<paths>({ baseUrl: '/', fetch: send })
api.use(refuse)

/** Fetch what is no JSON, for example a file that is made now. Raises ApiError. */
export async function fetchFile(path: string, json?: unknown): Promise<Blob> {
  const init =
    json === undefined
      ? {}
      : { method: 'POST', body: JSON.stringify(json), headers: { 'Content-Type': 'application/json' } }
  const reply = await send(new Request(path, init))
  if (!reply.ok) throw await refusal(reply)
  return reply.blob()
}

/** Give a file to the person under a name. */
export function save(data: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(data)
  link.download = name
  link.click()
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** Return the body of a reply that must have one. */
export async function body<T>(reply: Promise<{ data?: T }>): Promise<T> {
  const { data } = await reply
  return data as T
}

/** Upload one file, telling how far it is (0–1); `to` is where, without login. Raises ApiError. */
export function upload<T extends Schemas['Evidence'] = Schemas['File']>(
  file: File,
  progress: (share: number) => void,
  to = '/api/v1/files',
): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', to)
    request.setRequestHeader('X-CSRF-Token', wire.csrf)
    if (wire.actingFor) request.setRequestHeader('X-Acting-For', wire.actingFor)
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total)
    request.onerror = () => reject(new ApiError(0, 'OFFLINE', '上传中断，请检查网络后重试'))
    request.onload = () => {
      if (request.status === 201) resolve(JSON.parse(request.responseText) as T)
      else void refusal(new Response(request.responseText, { status: request.status })).then(reject)
    }
    const form = new FormData()
    form.append('file', file)
    request.send(form)
  })
}
