/** Fetching a file as the person acts now, and handing it to the browser. */
import { ApiError, refusal, send } from '@/api/client'
import { tellRefusal } from '@/shared/notices'

function named(reply: Response): string {
  return /filename="([^"]+)"/.exec(reply.headers.get('Content-Disposition') ?? '')?.[1] ?? 'liancheng'
}

/** Download a file; a refusal is told. */
export async function download(path: string): Promise<void> {
  try {
    const reply = await send(new Request(path))
    if (!reply.ok) throw await refusal(reply)
    const address = URL.createObjectURL(await reply.blob())
    const link = document.createElement('a')
    link.href = address
    link.download = named(reply)
    link.click()
    URL.revokeObjectURL(address)
  } catch (failure) {
    if (!(failure instanceof ApiError)) throw failure
    tellRefusal(failure)
  }
}
