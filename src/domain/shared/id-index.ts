/**
 * A map by id whose copies share all but a few nodes, so that folding thousands of facts costs little for each of them.
 * It is a tree over the characters of the ids from their ends on, where ids are random; its shape follows from what is
 * in it alone, and it is plain data.
 */
export type IdIndex<V> = Leaf<V> | Branch<V> | null;

type Leaf<V> = { readonly id: string; readonly value: V };
type Branch<V> = { readonly children: Readonly<Record<string, Leaf<V> | Branch<V>>> };

export function find<V>(index: IdIndex<V>, id: string): V | undefined {
  let node: IdIndex<V> | undefined = index;
  for (let depth = 0; node !== null && node !== undefined; depth += 1) {
    if ('id' in node) return node.id === id ? node.value : undefined;
    node = node.children[keyAt(id, depth)];
  }
  return undefined;
}

/** The index with this value for the id, in place of the one it had. */
export function put<V>(index: IdIndex<V>, id: string, value: V): IdIndex<V> {
  return placed(index, { id, value }, 0);
}

/** Every value, in an order that follows from the ids. */
export function* valuesOf<V>(index: IdIndex<V>): Generator<V> {
  if (index === null) return;
  if ('id' in index) yield index.value;
  else for (const child of Object.values(index.children)) yield* valuesOf(child);
}

function placed<V>(node: IdIndex<V>, leaf: Leaf<V>, depth: number): Leaf<V> | Branch<V> {
  if (node === null) return leaf;
  if ('id' in node) {
    if (node.id === leaf.id) return leaf;
    return placed({ children: { [keyAt(node.id, depth)]: node } }, leaf, depth);
  }
  const key = keyAt(leaf.id, depth);
  return { children: { ...node.children, [key]: placed(node.children[key] ?? null, leaf, depth + 1) } };
}

/** Past its beginning an id has the empty key, so that one id may end with another. */
function keyAt(id: string, depth: number): string {
  return id.charAt(id.length - 1 - depth);
}
