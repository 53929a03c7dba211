/**
 * The same text for the same content, whatever the order of its keys; members that are undefined are left out, as JSON does.
 * @param written the text of what is neither an array nor an object of members; undefined for one that is
 */
export function canonicalJson(
  value: unknown,
  written: (value: unknown) => string | undefined = () => undefined,
): string {
  const text = written(value);
  if (text !== undefined) return text;
  if (Array.isArray(value)) return `[${value.map((each) => canonicalJson(each, written)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const parts = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member, written)}`);
  return `{${parts.join(',')}}`;
}
