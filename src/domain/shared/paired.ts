/** Walks two lists of the same length side by side. @throws RangeError when their lengths differ */
export function paired<A, B>(as: readonly A[], bs: readonly B[]): readonly (readonly [A, B])[] {
  if (as.length !== bs.length) throw new RangeError(`${as.length} cannot be paired with ${bs.length}`);
  return as.map((a, place) => [a, bs[place] as B] as const);
}
