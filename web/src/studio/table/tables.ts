/** dmn-js's editor of tables behind a few words. What nobody has changed is given back byte for byte. */
import '../styles'

import Modeler from 'dmn-js/lib/Modeler'

import type { Opened } from '../saving'
import { ChineseTables } from './chinese'
import { type Modeling, paste, type Sheet } from './pasting'

export interface View {
  id: string
  name: string
  type: string
}

export interface OpenTables extends Opened {
  /** The tables of the file; the relation of several is no table and is left out. */
  views: View[]
  open: (id: string) => Promise<void>
  undo: () => void
  redo: () => void
  canUndo: () => boolean
  canRedo: () => boolean
  /** Add rows copied from a spreadsheet to the table shown; the numbers of rows that do not fit, and then nothing is added. */
  paste: (text: string) => number[]
  close: () => void
}

interface Stack {
  _stackIdx: number
  undo: () => void
  redo: () => void
  canUndo: () => boolean
  canRedo: () => boolean
}

/** Open a DMN file for editing. Raises if it cannot be read. */
export async function openTables(container: HTMLElement, xml: string, onChange: () => void): Promise<OpenTables> {
  const common = { additionalModules: [ChineseTables] }
  const modeler = new Modeler({ container, decisionTable: common, literalExpression: common, drd: common })
  await modeler.importXML(xml, { open: false })
  const found = modeler.getViews().filter((view) => view.type !== 'drd')
  let opened = xml
  let shown = ''
  const at = new Map<string, number>() // table → where its stack stood when the file was as opened
  const left = new Set<string>() // tables that were changed and left: the library forgets their stack
  const stack = (): Stack | undefined => modeler.getActiveViewer()?.get<Stack>('commandStack', false)
  const differs = (): boolean => left.size > 0 || (stack()?._stackIdx ?? -1) !== (at.get(shown) ?? -1)

  async function open(id: string): Promise<void> {
    const view = found.find((each) => each.id === id)
    if (!view) return
    if ((stack()?._stackIdx ?? -1) !== (at.get(shown) ?? -1)) left.add(shown)
    at.delete(shown)
    shown = id
    await modeler.open(view)
    modeler.getActiveViewer()?.on('commandStack.changed', onChange)
    onChange()
  }

  if (found[0]) await open(found[0].id)
  return {
    views: found.map(({ id, name, type }) => ({ id, name: name ?? id, type })),
    open,
    isChanged: differs,
    text: async () => (differs() ? (await modeler.saveXML({ format: true })).xml : opened),
    kept(text) {
      opened = text
      left.clear()
      at.set(shown, stack()?._stackIdx ?? -1)
    },
    undo: () => stack()?.undo(),
    redo: () => stack()?.redo(),
    canUndo: () => stack()?.canUndo() ?? false,
    canRedo: () => stack()?.canRedo() ?? false,
    paste(text) {
      const viewer = modeler.getActiveViewer()
      const [sheet, modeling] = [viewer?.get<Sheet>('sheet', false), viewer?.get<Modeling>('modeling', false)]
      return sheet && modeling ? paste(text, sheet, modeling) : []
    },
    close: () => modeler.destroy(),
  }
}
