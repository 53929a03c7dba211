import type { Logger } from '../ports/logger.js';
import type { BucketRule, Taken, TokenBuckets } from '../ports/token-buckets.js';
import { tokenMicrosOf } from '../ports/token-buckets.js';
import { within } from '../shared/within.js';

export type PurseRule = BucketRule & {
  /** What a process's bucket holds while the shared buckets do not answer; at most `limit`. */
  readonly limitAlone: number;
};

/** What came of the wish to spend one token. */
export type Spent = {
  readonly allowed: boolean;
  /** What may be spent still at once, as far as this process knows. */
  readonly left: number;
  /** Until the next token is there, in milliseconds; 0 when this one was. */
  readonly retryMs: number;
  /** Until the bucket is full if nobody takes from it, in milliseconds. */
  readonly fullMs: number;
  /** How often this process has refused, this time included; forgotten as fast as the bucket fills. */
  readonly refusals: number;
};

export type TokenPurses = {
  /** Spends one token of a bucket. Answers at once while the purse has some. */
  spend(name: string, rule: PurseRule): Spent | Promise<Spent>;
  /** Counts refusals from nothing again, as when they have led to a penalty. */
  forgetRefusals(name: string): void;
};

/** All times are on the clock of `now`. */
type Purse = {
  /** Of the bucket that it was filled from: the shared one's, or the process's own. */
  limit: number;
  tokenMs: number;
  tokens: number;
  /** Until when the first of the tokens may be spent; each other one may be for one token's time longer. */
  goodUntil: number;
  /** For those who were waiting when it was filled. */
  reserved: number;
  /** When the bucket will be full if nobody else takes from it. */
  fullAt: number;
  /** Before that there is no token, and nobody is asked for one. */
  emptyUntil: number;
  refusals: number;
  refusedAt: number;
  waiting: number;
  filling: Promise<void> | undefined;
};

/** A purse is filled so many times for a whole bucket, so that what lies in the purses of others is little of it. */
const fillsPerBucket = 20;
const pursesMax = 20_000;
const productAnswerWithinMs = 200;
const askAgainAfterMs = 1_000;
/** An empty bucket is not asked for each single token that comes back to it. */
const emptyForMs = 50;
/** More than this many fillings for one token: others are always faster. */
const fillingsMax = 10;

/**
 * Takes tokens from shared buckets by the purse, so that a request costs no call to somebody else: only every so-many-th
 * does. A token is worth nothing in a purse once the bucket could have overflowed for it, so that all processes together
 * spend no more in any time than the limit and what comes back in it, as if each had asked for each token. While the shared
 * buckets do not answer, each process has buckets of its own, out of which has gone what it had of the shared ones: n
 * processes then spend at most n times as much.
 */
export function createTokenPurses(parts: {
  readonly shared: TokenBuckets;
  readonly own: TokenBuckets;
  readonly logger: Logger;
  /** Milliseconds on any clock that only runs forward. */
  readonly now?: () => number;
  /** What the shared buckets may take to answer; another time than the product's is for tests on a machine of any speed. */
  readonly answerWithinMs?: number;
}): TokenPurses {
  const { shared, own, logger, now = () => performance.now() } = parts;
  const { answerWithinMs = productAnswerWithinMs } = parts;
  const purses = new Map<string, Purse>();
  let isAlone = false;
  let askAgainAt = Number.NEGATIVE_INFINITY;

  function purseOf(name: string): Purse {
    let purse = purses.get(name);
    if (purse === undefined) {
      if (purses.size >= pursesMax) forgetSome();
      purse = newPurse();
      purses.set(name, purse);
    }
    return purse;
  }

  /** Those of full buckets, then the oldest: their tokens are lost, which is no harm to the limit. */
  function forgetSome(): void {
    const at = now();
    for (const [name, { fullAt, refusedAt }] of purses) {
      if (Math.max(fullAt, refusedAt) <= at) purses.delete(name);
    }
    for (const name of purses.keys()) {
      if (purses.size <= pursesMax / 2) return;
      purses.delete(name);
    }
  }

  /** Undefined when the purse must be filled first. */
  function spendAtOnce(purse: Purse): Spent | undefined {
    const at = now();
    dropLate(purse, at);
    if (purse.tokens > 0) {
      purse.tokens -= 1;
      purse.goodUntil += purse.tokenMs;
      return allowed(purse);
    }
    if (at >= purse.emptyUntil) return undefined;
    purse.refusals = refusalsAt(purse, at) + 1;
    purse.refusedAt = at;
    const { refusals, emptyUntil, fullAt } = purse;
    return { allowed: false, left: 0, retryMs: emptyUntil - at, fullMs: Math.max(fullAt - at, 0), refusals };
  }

  function allowed(purse: Purse): Spent {
    const at = now();
    const { limit, tokenMs, tokens } = purse;
    const fullMs = Math.max(purse.fullAt - at - tokens * tokenMs, 0);
    // Sums of fractions of milliseconds: what is missing of a whole token by less than this is there.
    const left = Math.max(Math.floor(limit - fullMs / tokenMs + 1e-6), tokens);
    return { allowed: true, left, retryMs: 0, fullMs, refusals: refusalsAt(purse, at) };
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
      if (purse.reserved > 0) {
        purse.reserved -= 1;
        return allowed(purse);
      }
      const spent = spendAtOnce(purse);
      if (spent !== undefined) return spent;
    }
    return { allowed: false, left: 0, retryMs: askAgainAfterMs, fullMs: askAgainAfterMs, refusals: 0 };
  }

  async function fill(name: string, rule: PurseRule, purse: Purse): Promise<void> {
    const portion = Math.floor(rule.limit / fillsPerBucket);
    const { waiting } = purse;
    const wanted = Math.min(Math.max(portion, waiting, 1), rule.limit);
    // Counted from before the question: tokens are good here for a little less than they are there, never for longer.
    const askedAt = now();
    const shared = await takeShared(name, rule, wanted);
    const of = shared === undefined ? { ...rule, limit: rule.limitAlone } : rule;
    const taken = shared ?? (await own.take(name, of, wanted));
    purse.limit = of.limit;
    purse.tokenMs = tokenMicrosOf(of) / 1000;
    // Whoever was waiting at the take has spent a token in it, however long the answer was under way.
    purse.reserved = Math.min(taken.granted, waiting);
    purse.tokens = taken.granted - purse.reserved;
    purse.fullAt = askedAt + taken.fullMs;
    purse.goodUntil = purse.fullAt - purse.tokens * purse.tokenMs;
    purse.emptyUntil = taken.left > 0 ? askedAt : askedAt + Math.max(taken.nextMs, emptyForMs);
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

function newPurse(): Purse {
  const never = Number.NEGATIVE_INFINITY;
  return {
    ...{ limit: 0, tokenMs: 1, tokens: 0, goodUntil: never, reserved: 0, fullAt: never, emptyUntil: never },
    ...{ refusals: 0, refusedAt: never, waiting: 0, filling: undefined },
  };
}

function dropLate(purse: Purse, at: number): void {
  if (purse.tokens === 0 || at <= purse.goodUntil) return;
  const late = Math.min(Math.ceil((at - purse.goodUntil) / purse.tokenMs), purse.tokens);
  purse.tokens -= late;
  purse.goodUntil += late * purse.tokenMs;
}

function refusalsAt({ refusals, refusedAt, tokenMs }: Purse, at: number): number {
  return refusals === 0 ? 0 : Math.max(refusals - (at - refusedAt) / tokenMs, 0);
}
