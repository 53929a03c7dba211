import type { ClientLimits } from '../../../application/limit/client-limits.js';
import type { Logger } from '../../../application/ports/logger.js';
import type { LimitKind } from '../../../domain/limit/limit.js';
import type { PaymentState } from '../../../domain/payment/state.js';
import { tooMany, unchecked } from '../shared/request-limits.js';
import type { RequestContext } from '../shared/route.js';
import { endedDeclined } from './payment-answers.js';

/**
 * Makes an attempt to collect, unless too many were declined lately.
 * @param paymentsOf The payments that it was made with, each of which may have been declined.
 */
export type Attempts = <T>(
  customer: string | null,
  context: Pick<RequestContext, 'network' | 'requestId'>,
  attempt: () => Promise<T>,
  paymentsOf: (made: T) => readonly PaymentState[],
) => Promise<T>;

/**
 * Whoever holds a list of stolen cards tries one after the other, and most are declined. Declines are counted for each
 * customer and each address; beyond the limit, attempts are refused before anything is recorded or asked of the provider.
 */
export function createAttempts({
  limits,
  logger,
}: {
  readonly limits: ClientLimits;
  readonly logger: Logger;
}): Attempts {
  return async (customer, context, attempt, paymentsOf) => {
    const counted: (readonly [LimitKind, string])[] = [['declines_from_address', context.network]];
    if (customer !== null) counted.push(['declines_of_customer', customer]);
    for (const [kind, subject] of counted) {
      const refusal = look(() => limits.refusalBy(kind, subject));
      if (refusal !== undefined) throw tooMany('card_testing_suspected', refusal);
    }
    const made = await attempt();
    for (const state of paymentsOf(made)) {
      if (!endedDeclined(state)) continue;
      for (const [kind, subject] of counted)
        await count(() => limits.spend(kind, subject, context.requestId));
    }
    return made;
  };

  /** @throws Refused when it cannot be looked: an attempt that is not made costs less than an unchecked one */
  function look<T>(ask: () => T): T {
    try {
      return ask();
    } catch (error) {
      logger.error({ err: error, alert: true }, 'declines could not be looked at');
      throw unchecked();
    }
  }

  /** The attempt was declined, whether that could be counted or not. */
  async function count(ask: () => unknown): Promise<void> {
    try {
      await ask();
    } catch (error) {
      logger.error({ err: error, alert: true }, 'a decline could not be counted');
    }
  }
}
