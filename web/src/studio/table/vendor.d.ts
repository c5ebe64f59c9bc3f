/** The parts of dmn-js that the studio uses; the package brings no types. */
declare module 'dmn-js/lib/Modeler' {
  interface Viewer {
    get: <T>(name: string, strict?: boolean) => T | undefined
    on: (event: string, call: () => void) => void
  }
  interface DmnView {
    id: string
    name?: string
    type: string
  }
  export default class Modeler {
    constructor(options: Record<string, unknown>)
    importXML(xml: string, options?: { open: boolean }): Promise<unknown>
    getViews(): DmnView[]
    open(view: DmnView): Promise<unknown>
    getActiveViewer(): Viewer | undefined
    saveXML(options: { format: boolean }): Promise<{ xml: string }>
    destroy(): void
  }
}
