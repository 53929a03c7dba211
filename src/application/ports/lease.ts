/**
 * Keeps two workers from doing the same outside call at the same time. An optimisation only: correctness rests on
 * stream revisions and provider idempotency keys, so a lost lease costs a wasted call and nothing else.
 */
export interface Leases {
  /**
   * Takes the lease called `name` for at most `ttlMs`; undefined when somebody else holds it.
   * Answers within 250 ms: when the backing service is out of reach, it grants a lease with token 0n.
   */
  acquire(name: string, ttlMs: number): Promise<Lease | undefined>;
  close(): Promise<void>;
}

export type Lease = {
  readonly name: string;
  /** Grows with each grant of the same name; 0n when the backing service did not answer. */
  readonly fencingToken: bigint;
  /** Gives the lease back; never throws, and does nothing when it has passed to somebody else. */
  release(): Promise<void>;
};
