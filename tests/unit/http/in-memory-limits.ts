import type { ClientLimits, LimitRule, LimitRules } from '../../../src/application/limit/client-limits.js';
import { createClientLimits } from '../../../src/application/limit/client-limits.js';
import { limitCodec } from '../../../src/application/limit/limit.codec.js';
import type { LimitIds } from '../../../src/application/limit/limit-ids.js';
import { createLimitIds } from '../../../src/application/limit/limit-ids.js';
import type { Penalties } from '../../../src/application/limit/penalties.js';
import { createPenalties } from '../../../src/application/limit/penalties.js';
import { createTokenPurses } from '../../../src/application/limit/token-purses.js';
import type { Clock } from '../../../src/application/ports/clock.js';
import type { EventStore } from '../../../src/application/ports/event-store.js';
import type { LimitQueries, LimitRow } from '../../../src/application/ports/limit-queries.js';
import type { Logger } from '../../../src/application/ports/logger.js';
import type { TokenBuckets } from '../../../src/application/ports/token-buckets.js';
import { createCommandHandler } from '../../../src/application/shared/command-handler.js';
import { limit } from '../../../src/domain/limit/limit.js';
import { parseLimitId } from '../../../src/domain/shared/ids.js';
import type { Instant } from '../../../src/domain/shared/instant.js';
import { parseInstant } from '../../../src/domain/shared/instant.js';
import { MemoryTokenBuckets } from '../../../src/infrastructure/limits/memory-token-buckets.js';
import { required } from '../../support/payment-examples.js';

const wide: LimitRule = { limit: 1_000_000, limitAlone: 1_000_000, refillSeconds: 60, refusalsBorne: 0 };

const wideRules: LimitRules = {
  requests_of_key: wide,
  requests_from_address: wide,
  bad_keys_from_address: wide,
  bad_signatures_from_address: wide,
  declines_of_customer: wide,
  declines_from_address: wide,
};

/** Penalties as they stand in the log, never behind. */
class LogLimits implements LimitQueries {
  constructor(private readonly store: EventStore) {}

  async list(now: Instant) {
    const rows = (await this.penalties(now)).filter(({ pardoned_at }) => pardoned_at === null);
    return { rows, hasMore: false };
  }

  async penalties(now: Instant): Promise<readonly LimitRow[]> {
    const rows = new Map<string, LimitRow>();
    for (const recorded of await this.store.readAll(0n, 1000)) {
      if (!recorded.stream.startsWith('limit-')) continue;
      const event = limitCodec.decode(recorded);
      const id = required(parseLimitId(recorded.stream.slice('limit-'.length)));
      const { revision } = recorded;
      const before = rows.get(id);
      if (event.type === 'PenaltyPardoned') {
        rows.set(id, { ...required(before), strikes: 0, pardoned_at: event.at, revision });
      } else {
        const until = new Date(Date.parse(event.at) + event.penaltySeconds * 1000).toISOString();
        rows.set(id, {
          ...{ id, kind: event.kind, subject: event.subject, strikes: event.strike, revision },
          penalty_seconds: event.penaltySeconds,
          penalized_at: event.at,
          penalized_until: required(parseInstant(until)),
          pardoned_at: null,
        });
      }
    }
    return [...rows.values()].filter(({ penalized_until }) => penalized_until > now);
  }
}

export type Limiting = {
  readonly ids: LimitIds;
  readonly limits: ClientLimits;
  readonly penalties: Penalties;
  readonly queries: LimitQueries;
};

/** The limits that ship, over buckets in memory and any event store: one process of a deployment. */
export function createLimiting(parts: {
  readonly eventStore: EventStore;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly rules?: Partial<LimitRules>;
  readonly shared?: TokenBuckets;
  readonly queries?: LimitQueries;
}): Limiting {
  const { eventStore, logger, clock, rules = {}, shared = new MemoryTokenBuckets() } = parts;
  const { queries = new LogLimits(eventStore) } = parts;
  const handler = createCommandHandler({ eventStore, decider: limit, codec: limitCodec, category: 'limit' });
  const ids = createLimitIds('sk_test_0123456789abcdef');
  const penalties = createPenalties({ handler, queries, clock, logger });
  const limits = createClientLimits({
    rules: { ...wideRules, ...rules },
    ids,
    purses: createTokenPurses({ shared, own: new MemoryTokenBuckets(), logger }),
    penalties,
    logger,
  });
  return { ids, limits, penalties, queries };
}
