/**
 * Who acts: an API key and the person who holds it. Two keys of one holder are one person; a key that nobody is known to
 * hold is no person at all.
 */
export type Person = { readonly actor: string; readonly holder: string | null };

/** The person; the key itself where nobody is known to hold it, which is enough for small amounts. */
export function nameOf({ actor, holder }: Person): string {
  return holder ?? actor;
}
