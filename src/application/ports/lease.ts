/**
 * Keeps two workers from doing the same outside call at the same time. An optimisation only: correctness rests on
 * stream revisions and provider idempotency keys, so a lost lease costs a wasted call and nothing else.
 */
export interface Leases {
  /**
   * Takes the lease called `name` for at most `ttlMs`; undefined when somebody else holds it.
   * @throws when no service that keeps leases answers: then nothing is known, and nothing is granted
   */
  acquire(name: string, ttlMs: number): Promise<Lease | undefined>;
}

export type Lease = {
  readonly name: string;
  /**
   * Above 0, and greater with each grant of the same name, also after the service forgot everything. A store that a
   * lease guards keeps the greatest one it has seen and refuses writes that carry a smaller one.
   */
  readonly fencingToken: bigint;
  /** Gives the lease back; never throws, and does nothing when it has passed to somebody else. */
  release(): Promise<void>;
};
