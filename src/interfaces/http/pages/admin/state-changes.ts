export type Change = {
  /** The way to the value, as `details.amount`. */
  readonly path: string;
  /** Null where there was none. */
  readonly from: string | null;
  readonly to: string | null;
};

type Leaves = Map<string, string>;

/** What differs between two pieces of plain data, value by value, in the order in which they stand. */
export function changesBetween(before: unknown, after: unknown): readonly Change[] {
  const [left, right] = [leavesOf(before), leavesOf(after)];
  const paths = new Set([...left.keys(), ...right.keys()]);
  return [...paths].flatMap((path) => {
    const [from, to] = [left.get(path) ?? null, right.get(path) ?? null];
    return from === to ? [] : [{ path, from, to }];
  });
}

function leavesOf(value: unknown, path = '', found: Leaves = new Map()): Leaves {
  if (typeof value !== 'object' || value === null) {
    if (path !== '' && value !== undefined) found.set(path, textOf(value));
    return found;
  }
  for (const [name, inner] of Object.entries(value)) {
    leavesOf(inner, path === '' ? name : `${path}.${name}`, found);
  }
  return found;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : String(value);
}
