/** Rows copied from a spreadsheet become rows of a decision table. */

interface Typed {
  typeRef?: string
  inputExpression?: { typeRef?: string }
}

export interface Column {
  businessObject: Typed
}

interface Row {
  businessObject: unknown
  cells: { businessObject: unknown }[]
}

/** The words of dmn-js that pasting uses. */
export interface Sheet {
  getRoot: () => { cols: Column[] }
}

export interface Modeling {
  addRow: (attributes: { type: string }) => Row
  editCell: (cell: unknown, text: string) => void
  editAnnotation: (rule: unknown, text: string) => void
}

const PLAIN = /^[\p{L}\p{N}][\p{L}\p{N} _./-]*$/u

/** Return the cells of each row; the last column may hold notes. */
export function read(text: string): string[][] {
  return text.split(/\r?\n/).filter((line) => line.trim()).map((line) => line.split('\t').map((cell) => cell.trim()))
}

/** Return the numbers of the rows, from 1, whose cells do not fit so many columns. */
export function misfits(rows: readonly string[][], columns: number): number[] {
  return rows.flatMap((row, index) => (row.length === columns || row.length === columns + 1 ? [] : [index + 1]))
}

/** A plain word in a column of texts is a text; nothing is any value. */
export function cell(text: string, column: Column): string {
  const type = column.businessObject.inputExpression?.typeRef ?? column.businessObject.typeRef
  if (!text) return column.businessObject.inputExpression ? '-' : ''
  return type === 'string' && PLAIN.test(text) ? `"${text}"` : text
}

/** Add the rows at the end, each as a step that can be undone. Rows that do not fit change nothing: their numbers. */
export function paste(text: string, sheet: Sheet, modeling: Modeling): number[] {
  const { cols } = sheet.getRoot()
  const rows = read(text)
  const wrong = misfits(rows, cols.length)
  if (wrong.length) return wrong
  for (const cells of rows) {
    const row = modeling.addRow({ type: 'dmn:DecisionRule' })
    cols.forEach((column, index) => {
      const box = row.cells[index]
      if (box) modeling.editCell(box.businessObject, cell(cells[index] ?? '', column))
    })
    if (cells[cols.length]) modeling.editAnnotation(row.businessObject, cells[cols.length] ?? '')
  }
  return []
}
