/**
 * Keeps answers that cost a call to somebody else, for a short while. It may forget anything at any time. Names carry the
 * revision that the value is true for, so an entry is right or not found; decisions never ask it.
 */
export interface Cache {
  /** Undefined for what it does not have, or does not answer within 250 ms, or did not write itself. Never rejects. */
  get(name: string): Promise<string | undefined>;
  /** Keeps a value for at most `ttlMs`, if it can. Never rejects. */
  set(name: string, value: string, ttlMs: number): Promise<void>;
}
