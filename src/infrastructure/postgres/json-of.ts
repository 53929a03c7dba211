/** JSON for a column, with every bigint as text: JSON's own numbers do not hold 64 bits. */
export function jsonOf(value: object): string {
  return JSON.stringify(value, (_name, each: unknown) => (typeof each === 'bigint' ? each.toString() : each));
}
