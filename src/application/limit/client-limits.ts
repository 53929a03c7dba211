import type { LimitKind } from '../../domain/limit/limit.js';
import type { LimitId } from '../../domain/shared/ids.js';
import type { Logger } from '../ports/logger.js';
import type { LimitIds } from './limit-ids.js';
import type { Penalties } from './penalties.js';
import type { PurseRule, Spent, TokenPurses } from './token-purses.js';

export type LimitRule = PurseRule & {
  /** How many refusals are borne before the next one leads to a penalty; they are forgotten as fast as the bucket fills. */
  readonly refusalsBorne: number;
};

export type LimitRules = Readonly<Record<LimitKind, LimitRule>>;

/** Whether something may be done, and how much more of it. */
export type Verdict = {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Until it may be asked again, in milliseconds; 0 where it is allowed. */
  readonly retryMs: number;
  /** Until everything may be spent again by whoever spends nothing, in milliseconds. */
  readonly fullMs: number;
  /** The limit whose penalty is to blame, by which an operator can pardon it. */
  readonly penalized: LimitId | null;
};

export type ClientLimits = {
  /**
   * Counts one of a kind, such as a request of a key. Answers at once as a rule, and never later than the shared buckets'
   * and the log's budgets.
   * @param subject the id of a key or customer, or an address, and what else of it the kind counts apart
   * @param cause the request's id
   */
  spend(kind: LimitKind, subject: string, cause: string): Verdict | Promise<Verdict>;
  /** The refusal by a penalty in force; undefined where there is none. Counts nothing and asks nobody. */
  refusalBy(kind: LimitKind, subject: string): Verdict | undefined;
};

/** Kinds whose subjects are ids of ours. All others begin with an address, which is personal: it goes into no event. */
const kindsOfIds: readonly LimitKind[] = ['requests_of_key', 'declines_of_customer'];

/** What clients may do in a time, and what comes of doing more: refusals, and penalties for those who go on. */
export function createClientLimits(parts: {
  readonly rules: LimitRules;
  readonly ids: LimitIds;
  readonly purses: TokenPurses;
  readonly penalties: Pick<Penalties, 'remainingMs' | 'impose'>;
  readonly logger: Logger;
}): ClientLimits {
  const { rules, ids, purses, penalties, logger } = parts;

  function refusalBy(kind: LimitKind, subject: string): Verdict | undefined {
    const id = ids(kind, subject);
    const forMs = penalties.remainingMs(id);
    return forMs === 0 ? undefined : penalized(kind, id, forMs);
  }

  const penalized = (kind: LimitKind, id: LimitId, forMs: number): Verdict => ({
    allowed: false,
    limit: rules[kind].limit,
    remaining: 0,
    retryMs: forMs,
    fullMs: forMs,
    penalized: id,
  });

  function judge(kind: LimitKind, subject: string, cause: string, spent: Spent): Verdict | Promise<Verdict> {
    const { limit, refusalsBorne } = rules[kind];
    if (!spent.allowed && spent.refusals > refusalsBorne) return strike(kind, subject, cause);
    const { allowed, left: remaining, retryMs, fullMs } = spent;
    return { allowed, limit, remaining, retryMs, fullMs, penalized: null };
  }

  async function strike(kind: LimitKind, subject: string, cause: string): Promise<Verdict> {
    const id = ids(kind, subject);
    const told = kindsOfIds.includes(kind) ? subject : null;
    const forMs = await penalties.impose(id, kind, told, cause);
    // They are paid for: whoever is pardoned starts anew.
    purses.forgetRefusals(id);
    const [address] = subject.split(' ');
    logger.warn(
      {
        security: true,
        request_id: cause,
        limit: id,
        kind,
        for_ms: forMs,
        ...(told ? { subject } : { address }),
      },
      'a client went too far beyond a limit and is refused for a while',
    );
    return penalized(kind, id, forMs);
  }

  return {
    refusalBy,
    spend(kind, subject, cause) {
      const refusal = refusalBy(kind, subject);
      if (refusal !== undefined) return refusal;
      const spent = purses.spend(ids(kind, subject), rules[kind]);
      return spent instanceof Promise
        ? spent.then((late) => judge(kind, subject, cause, late))
        : judge(kind, subject, cause, spent);
    },
  };
}
