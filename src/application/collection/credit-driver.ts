import type { CreditHandler } from '../credit/credit-agenda.js';
import type { Clock } from '../ports/clock.js';
import type { LegOf, LegProgress, TenderDriver } from './tender-driver.js';
import { stepMetadata } from './tender-driver.js';

/** A leg by credit is a hold on the customer's account; grants are named by the account's own rules. */
export function createCreditDriver(parts: {
  readonly credits: CreditHandler;
  readonly clock: Clock;
}): TenderDriver<'credit'> {
  const { credits, clock } = parts;

  async function reserve(part: LegOf<'credit'>): Promise<LegProgress> {
    const { leg, details } = part;
    const { holdId } = leg.tender;
    const held = await credits.handle(
      details.customerId,
      {
        type: 'HoldCredit',
        at: clock.now(),
        holdId,
        amount: leg.amount,
        invoiceId: details.invoiceId,
        from: null,
      },
      stepMetadata(part, 'hold'),
    );
    if (held.outcome === 'accepted') return { outcome: 'reserved' };
    const code = held.outcome === 'rejected' ? held.rejection.code : held.outcome;
    return { outcome: 'failed', code, message: 'The credit does not cover this part.' };
  }

  async function take(part: LegOf<'credit'>): Promise<LegProgress> {
    const { holdId } = part.leg.tender;
    const spent = await credits.handle(
      part.details.customerId,
      { type: 'SpendHold', at: clock.now(), holdId },
      stepMetadata(part, 'spend'),
    );
    if (spent.outcome === 'accepted') return { outcome: 'settled' };
    const code = spent.outcome === 'rejected' ? spent.rejection.code : spent.outcome;
    return { outcome: 'failed', code, message: 'The credit that was held cannot be spent.' };
  }

  async function release(part: LegOf<'credit'>): Promise<LegProgress> {
    const { leg, details } = part;
    const { holdId } = leg.tender;
    const at = clock.now();
    const freed = await credits.handle(
      details.customerId,
      { type: 'ReleaseHold', at, holdId },
      stepMetadata(part, 'release'),
    );
    if (freed.outcome !== 'rejected') return { outcome: 'released' };
    if (freed.rejection.code !== 'hold_already_spent') return { outcome: 'released' };
    const restored = await credits.handle(
      details.customerId,
      { type: 'RestoreCredit', at, holdId, restoreId: details.collectionId, amount: leg.amount },
      stepMetadata(part, 'restore'),
    );
    return { outcome: restored.outcome === 'accepted' ? 'released' : 'waiting' };
  }

  return { reserve, take, release };
}
