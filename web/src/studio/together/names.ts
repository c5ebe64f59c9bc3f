/** What people call the elements of a diagram, by id. */
export function namesIn(xml: string): Record<string, string> {
  const found = new DOMParser().parseFromString(xml, 'text/xml').querySelectorAll('[id][name]')
  return Object.fromEntries([...found].map((each) => [each.id, each.getAttribute('name') ?? '']))
}
