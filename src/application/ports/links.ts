import type { Instant } from '../../domain/shared/instant.js';

/** `pay` leads to an invoice, as often as one likes until it expires; `portal` signs a customer in, once. */
export type LinkKind = 'pay' | 'portal';

export type FollowedLink = {
  readonly target: string;
  readonly expiresAt: Instant;
};

/**
 * Links that let somebody in who has no key and no password. A token is random and shown once; its SHA-256 is all that is
 * kept, so whoever reads the database can follow none.
 */
export interface Links {
  /** A new token that leads to `target` until `expiresAt`; durable before it answers. */
  issue(kind: LinkKind, target: string, expiresAt: Instant): Promise<string>;
  /** Where a token leads, also when it is over: the caller compares `expiresAt`. Undefined for a token of nobody. */
  look(kind: LinkKind, token: string): Promise<FollowedLink | undefined>;
  /** Uses a link up. Undefined when it is of nobody, was used, or is over at `now`; of several at once one succeeds. */
  use(kind: LinkKind, token: string, now: Instant): Promise<string | undefined>;
  /** Uses up every link to a target that is not over; answers how many there were. */
  withdraw(kind: LinkKind, target: string, now: Instant): Promise<number>;
  /** Forgets those that were over before; answers how many. */
  prune(before: Instant): Promise<number>;
}
