/** pdf.js behind a few words: open, draw a page, close. Nothing else knows the library. */
import { getDocument, GlobalWorkerOptions } from 'pdfjs-dist'
import worker from 'pdfjs-dist/build/pdf.worker.min.mjs?url'

GlobalWorkerOptions.workerSrc = worker

export interface OpenPdf {
  pages: number
  /** Draw a page (from 1) as wide as given, sharp on this screen. */
  draw: (number: number, canvas: HTMLCanvasElement, width: number) => Promise<void>
  close: () => void
}

/** Open a PDF. Raises if it cannot be read. Fonts that it lacks are the system's. */
export async function openPdf(data: ArrayBuffer): Promise<OpenPdf> {
  const task = getDocument({ data, useSystemFonts: true, useWasm: false, enableXfa: false })
  const pdf = await task.promise
  return {
    pages: pdf.numPages,
    async draw(number, canvas, width) {
      const page = await pdf.getPage(number)
      const scale = (width / page.getViewport({ scale: 1 }).width) * Math.min(window.devicePixelRatio, 2)
      const viewport = page.getViewport({ scale })
      canvas.width = viewport.width
      canvas.height = viewport.height
      await page.render({ canvas, viewport }).promise
    },
    close: () => void task.destroy(),
  }
}
