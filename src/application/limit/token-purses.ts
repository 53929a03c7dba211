import type { Logger } from '../ports/logger.js';
import type { BucketRule, Taken, TokenBuckets } from '../ports/token-buckets.js';
import { within } from '../shared/within.js';

export type PurseRule = BucketRule & {
  /** What a process may spend in a window while the shared buckets do not answer; at most `limit`. */
  readonly limitAlone: number;
};

/** What came of the wish to spend one token. */
export type Spent = {
  readonly allowed: boolean;
  /** What may be spent still in this window, as far as this process knows. */
  readonly left: number;
  /** Until the window is over, in milliseconds. */
  readonly resetMs: number;
  /** How often this process has refused in this window, this time included. */
  readonly refusals: number;
};

export type TokenPurses = {
  /** Spends one token of a bucket. Answers at once while the purse has some. */
  spend(name: string, rule: PurseRule): Spent | Promise<Spent>;
  /** Counts refusals from nothing again, as when they have led to a penalty. */
  forgetRefusals(name: string): void;
};

type Purse = {
  tokens: number;
  left: number;
  isEmpty: boolean;
  /** On the clock of `now`; afterwards nothing of the above is true. */
  until: number;
  refusals: number;
  waiting: number;
  filling: Promise<void> | undefined;
};

/** A purse is filled so many times for a whole bucket, so that what lies in the purses of others is little of it. */
const fillsPerBucket = 20;
/** A fuller purse would save next to nothing. */
const tokensMax = 1_000;
const pursesMax = 20_000;
const answerWithinMs = 200;
const askAgainAfterMs = 1_000;
/** More than this many fillings for one token: the windows are shorter than the way to the buckets. */
const fillingsMax = 10;

/**
 * Takes tokens from shared buckets by the purse, so that a request costs no call to somebody else: only every so-many-th
 * does. Tokens are worth nothing after their window, so that all processes together never spend more than the limit in
 * one. While the shared buckets do not answer, each process has buckets of its own, out of which has gone what it had of
 * the shared ones: n processes then spend at most n times the limit.
 */
export function createTokenPurses(parts: {
  readonly shared: TokenBuckets;
  readonly own: TokenBuckets;
  readonly logger: Logger;
  /** Milliseconds on any clock that only runs forward. */
  readonly now?: () => number;
}): TokenPurses {
  const { shared, own, logger, now = () => performance.now() } = parts;
  const purses = new Map<string, Purse>();
  let isAlone = false;
  let askAgainAt = Number.NEGATIVE_INFINITY;

  function purseOf(name: string): Purse {
    let purse = purses.get(name);
    if (purse === undefined) {
      if (purses.size >= pursesMax) forgetSome();
      purse = { tokens: 0, left: 0, isEmpty: false, until: 0, refusals: 0, waiting: 0, filling: undefined };
      purses.set(name, purse);
    }
    return purse;
  }

  /** What is over first, then the oldest: their tokens are lost, which is no harm to the limit. */
  function forgetSome(): void {
    const at = now();
    for (const [name, { until }] of purses) if (until <= at) purses.delete(name);
    for (const name of purses.keys()) {
      if (purses.size <= pursesMax / 2) return;
      purses.delete(name);
    }
  }

  /** Undefined when the purse must be filled first. */
  function spendAtOnce(purse: Purse): Spent | undefined {
    const resetMs = purse.until - now();
    if (resetMs <= 0) {
      Object.assign(purse, { tokens: 0, isEmpty: false, refusals: 0 });
      return undefined;
    }
    if (purse.tokens > 0) {
      purse.tokens -= 1;
      return { allowed: true, left: purse.left + purse.tokens, resetMs, refusals: purse.refusals };
    }
    if (!purse.isEmpty) return undefined;
    purse.refusals += 1;
    return { allowed: false, left: 0, resetMs, refusals: purse.refusals };
  }

  async function spendLater(name: string, rule: PurseRule, purse: Purse): Promise<Spent> {
    for (let fillings = 1; fillings <= fillingsMax; fillings += 1) {
      purse.waiting += 1;
      try {
        purse.filling ??= fill(name, rule, purse).finally(() => {
          purse.filling = undefined;
        });
        await purse.filling;
      } finally {
        purse.waiting -= 1;
      }
      const spent = spendAtOnce(purse);
      if (spent !== undefined) return spent;
    }
    return { allowed: false, left: 0, resetMs: askAgainAfterMs, refusals: 0 };
  }

  async function fill(name: string, rule: PurseRule, purse: Purse): Promise<void> {
    const portion = Math.min(Math.floor(rule.limit / fillsPerBucket), tokensMax);
    const wanted = Math.min(Math.max(portion, purse.waiting, 1), rule.limit);
    // Counted from before the question: our window ends before the shared one does, never after it.
    const askedAt = now();
    const taken =
      (await takeShared(name, rule, wanted)) ??
      (await own.take(name, { ...rule, limit: rule.limitAlone }, wanted));
    purse.tokens = taken.granted;
    purse.left = taken.left;
    purse.isEmpty = taken.granted === 0;
    purse.until = askedAt + taken.resetMs;
  }

  /** Undefined while the shared buckets do not answer; then one of many asks them again now and then. */
  async function takeShared(name: string, rule: PurseRule, wanted: number): Promise<Taken | undefined> {
    if (isAlone) {
      if (now() < askAgainAt) return undefined;
      askAgainAt = now() + askAgainAfterMs;
    }
    let taken: Taken;
    try {
      taken = await within(answerWithinMs, shared.take(name, rule, wanted), () => {
        throw new Error(`no answer in ${answerWithinMs} ms`);
      });
    } catch (error) {
      askAgainAt = now() + askAgainAfterMs;
      if (!isAlone)
        logger.warn({ err: error }, 'the shared rate limits do not answer; this process counts alone');
      isAlone = true;
      return undefined;
    }
    if (isAlone) logger.info({}, 'the shared rate limits answer again');
    isAlone = false;
    if (taken.granted > 0) await own.take(name, rule, taken.granted);
    return taken;
  }

  return {
    spend(name, rule) {
      const purse = purseOf(name);
      return spendAtOnce(purse) ?? spendLater(name, rule, purse);
    },
    forgetRefusals(name) {
      const purse = purses.get(name);
      if (purse !== undefined) purse.refusals = 0;
    },
  };
}
