/** What a file field needs of the outside: sending a file, and knowing what an id stands for. */
import { reactive } from 'vue'

import { upload } from '@/api/client'

export interface KnownFile {
  id: string
  name: string
  size_bytes: number
  media_type: string
}

export interface Uploads {
  /** Send a file; `progress` is told the share that has gone. Raises ApiError. */
  send: (file: File, progress: (share: number) => void) => Promise<KnownFile>
  /** Tell whether files are still on their way. */
  isSending: () => boolean
  /** Return a file known by its id, for its name. */
  known: (id: string) => KnownFile | undefined
  /** Tell that somebody wants to look at a file. */
  look: (file: KnownFile) => void
}

/** Make the uploads of one page; `files` are those its answers mention, `to` another address. */
export function makeUploads(
  files: readonly KnownFile[],
  look: (file: KnownFile) => void,
  to?: string,
): Uploads {
  const found = reactive(new Map(files.map((file) => [file.id, file])))
  let sending = 0
  return {
    async send(file, progress) {
      sending++
      try {
        const sent = await upload(file, progress, to)
        found.set(sent.id, sent)
        return sent
      } finally {
        sending--
      }
    },
    isSending: () => sending > 0,
    known: (id) => found.get(id),
    look,
  }
}
