// Evaluates expressions by feelin, the evaluator of the forms in the browser.
// Standard input: [{"source": …, "scope": {…}}, …]; standard output: the values, as plain data.
import { pathToFileURL } from 'node:url';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

const { evaluate } = await import(pathToFileURL(process.argv[2]).href);

function plain(value) {
  if (value === null || value === undefined) return null;
  if (['number', 'string', 'boolean'].includes(typeof value)) return value;
  if (Array.isArray(value)) return value.map(plain);
  const kind = value.constructor?.name;
  if (kind === 'DateTime' || kind === 'Duration') {
    return { $text: evaluate('string(value)', { value }).value };
  }
  if (kind === 'Range') {
    return { $range: [plain(value.start), plain(value.end), value['start included'], value['end included']] };
  }
  if (typeof value === 'function' || kind === 'FunctionWrapper') return { $function: true };
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]));
}

function answer({ source, scope, repeats }) {
  try {
    const value = plain(evaluate(source, scope ?? {}).value);
    if (!repeats) return { value };
    const start = performance.now();
    for (let round = 0; round < repeats; round += 1) evaluate(source, scope);
    return { value, microseconds: ((performance.now() - start) * 1000) / repeats };
  } catch (error) {
    return { refused: String(error.message) };
  }
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(answer)));
