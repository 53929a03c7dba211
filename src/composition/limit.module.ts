import { ContainerModule } from 'inversify';
import type { LimitRule, LimitRules } from '../application/limit/client-limits.js';
import { createClientLimits } from '../application/limit/client-limits.js';
import { limitCodec } from '../application/limit/limit.codec.js';
import { createLimitIds } from '../application/limit/limit-ids.js';
import { createPenalties } from '../application/limit/penalties.js';
import { createTokenPurses } from '../application/limit/token-purses.js';
import { createCommandHandler } from '../application/shared/command-handler.js';
import type { Config } from '../config.js';
import { limit } from '../domain/limit/limit.js';
import { MemoryTokenBuckets } from '../infrastructure/limits/memory-token-buckets.js';
import { createPool } from '../infrastructure/postgres/pool.js';
import { PostgresTokenBuckets } from '../infrastructure/postgres/token-buckets.js';
import { PostgresLimitQueries } from '../infrastructure/read-models/limits.js';
import { RedisTokenBuckets } from '../infrastructure/redis/redis-token-buckets.js';
import { httpTokens } from '../interfaces/http/http-tokens.js';
import { createAttempts } from '../interfaces/http/payment/card-testing.js';
import { tokens } from './tokens.js';

const minute = 60;
const hour = 3600;

/** A client that backs off is refused and no more; one that goes on as if nothing had been said is penalized. */
const perMinute = (limitOf: number): LimitRule => ({
  ...{ limit: limitOf, limitAlone: limitOf, refillSeconds: minute },
  refusalsBorne: limitOf,
});

/** Each further one is a strike. A process that counts alone is stricter, since others may be guessing elsewhere. */
const suspicious = (limitOf: number, refillSeconds: number): LimitRule => ({
  ...{ limit: limitOf, limitAlone: Math.ceil(limitOf / 2), refillSeconds },
  refusalsBorne: 0,
});

const rulesOf = ({ limits }: Config): LimitRules => ({
  requests_of_key: perMinute(limits.requestsPerKey),
  requests_from_address: perMinute(limits.requestsPerAddress),
  bad_keys_from_address: suspicious(limits.badKeysPerAddress, minute),
  bad_signatures_from_address: suspicious(limits.badSignaturesPerAddress, minute),
  declines_of_customer: suspicious(limits.declinesPerCustomer, hour),
  declines_from_address: suspicious(limits.declinesPerAddress, hour),
});

/** How much clients may do, counted together by all processes. */
export const limitModule = new ContainerModule(({ bind }) => {
  // Apart from the other queries: an answer that is late because they are many would count as none.
  bind(tokens.bucketPool).toResolvedValue(
    ({ databaseUrl, logger }) =>
      createPool({
        connectionString: databaseUrl,
        max: 2,
        applicationName: 'counterfoil-limits',
        logger,
        connectTimeoutMs: 1_000,
        queryTimeoutMs: 1_000,
      }),
    [tokens.surroundings],
  );
  bind(httpTokens.penalties).toResolvedValue(
    (eventStore, pool, clock, logger) => {
      const handler = createCommandHandler({
        eventStore,
        decider: limit,
        codec: limitCodec,
        category: 'limit',
      });
      return createPenalties({ handler, queries: new PostgresLimitQueries(pool), clock, logger });
    },
    [httpTokens.eventStore, tokens.pool, tokens.machineClock, tokens.logger],
  );
  bind(tokens.clientLimits).toResolvedValue(
    (bucketPool, redis, penalties, { config, stripe, logger }) =>
      createClientLimits({
        rules: rulesOf(config),
        // Shared by all processes, as the ids must be.
        ids: createLimitIds(stripe.secretKey),
        purses: createTokenPurses({
          shared:
            redis === null ? new PostgresTokenBuckets(bucketPool, logger) : new RedisTokenBuckets(redis),
          own: new MemoryTokenBuckets(),
          logger,
        }),
        penalties,
        logger,
      }),
    [tokens.bucketPool, tokens.redis, httpTokens.penalties, tokens.surroundings],
  );
  bind(httpTokens.attempts).toResolvedValue(
    (limits, logger) => createAttempts({ limits, logger }),
    [tokens.clientLimits, tokens.logger],
  );
});
