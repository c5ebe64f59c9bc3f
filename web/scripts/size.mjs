// Tells how much JavaScript the first page loads, compressed, and refuses more than the budget.
import { readFileSync, statSync } from 'node:fs'

const BUDGET = 300_000
const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist)))

/** Return the files that an entry pulls in before anything can be seen. */
function needed(key, seen = new Set()) {
  if (seen.has(key)) return seen
  seen.add(key)
  for (const other of manifest[key].imports ?? []) needed(other, seen)
  return seen
}

function bytes(file) {
  for (const name of [`${file}.gz`, file]) {
    try {
      return statSync(new URL(name, dist)).size
    } catch {
      // not compressed, being small
    }
  }
  return 0
}

function report(title, keys) {
  const files = new Set()
  for (const key of keys) needed(key, files)
  const total = [...files].reduce((sum, key) => sum + bytes(manifest[key].file), 0)
  process.stdout.write(`${title}: ${(total / 1000).toFixed(0)} KB of JavaScript, gzip\n`)
  return total
}

const entry = 'index.html'
const pages = ['src/session/SignInPage.vue', 'src/workbench/WorkbenchPage.vue'].filter((k) => manifest[k])
const first = Math.max(...pages.map((page) => report(page, [entry, page])))
if (first > BUDGET) {
  process.stdout.write(`more than the budget of ${BUDGET / 1000} KB\n`)
  process.exit(1)
}
