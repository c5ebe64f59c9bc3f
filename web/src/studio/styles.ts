/** CodeMirror's styles as constructed sheets: the page's policy allows no style element. */
import { StyleModule } from 'style-mod'

const mount = StyleModule.mount.bind(StyleModule)
const page = {
  ownerDocument: document,
  get adoptedStyleSheets(): CSSStyleSheet[] {
    return [...document.adoptedStyleSheets]
  },
  set adoptedStyleSheets(sheets: CSSStyleSheet[]) {
    document.adoptedStyleSheets = sheets
  },
}

// To what has no head the library adds sheets; to a document it would add an element.
StyleModule.mount = (root, modules, options) => mount(root === document ? (page as unknown as Document) : root, modules, options)
