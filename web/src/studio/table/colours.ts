/** Rows with findings in colour. A sheet of rules holds, whatever the editor draws anew. */
import { onBeforeUnmount, type Ref, watch } from 'vue'

import type { Finding } from '../checking'

const COLOURS: Readonly<Record<string, string>> = { error: '#fdecea', warning: '#fdf3d8' }

export function useRowColours(findings: Ref<Finding[]>): void {
  const sheet = new CSSStyleSheet()
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
  watch(findings, (found) => {
    const rules = found.filter((each) => each.severity in COLOURS && each.element_id).reverse()
    sheet.replaceSync(rules.map(({ element_id: id, severity }) => `.lc-table-editor td[data-row-id="${CSS.escape(id)}"] { background-color: ${COLOURS[severity] ?? ''}; }`).join('\n'))
  }, { immediate: true })
  onBeforeUnmount(() => (document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet)))
}
