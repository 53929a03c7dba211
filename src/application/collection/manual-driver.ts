import { unappliedOf } from '../../domain/manual-payment/state.js';
import { compare } from '../../domain/shared/money.js';
import type { ManualPaymentHandler } from '../manual-payment/record-manual-payment.js';
import type { Clock } from '../ports/clock.js';
import { applicationIdOf } from './collected-invoices.js';
import type { LegOf, LegProgress, TenderDriver } from './tender-driver.js';
import { stepMetadata } from './tender-driver.js';

const waiting: LegProgress = { outcome: 'waiting' };

/** A leg by cheque, wire or cash waits until the money is verified, and uses a part of it. */
export function createManualDriver(parts: {
  readonly manualPayments: ManualPaymentHandler;
  readonly clock: Clock;
}): TenderDriver<'manual'> {
  const { manualPayments, clock } = parts;

  async function reserve({ leg, details }: LegOf<'manual'>): Promise<LegProgress> {
    const { state } = await manualPayments.load(leg.tender.manualPaymentId);
    switch (state.status) {
      case 'absent':
        return failed('manual_payment_not_found', 'There is no such manual payment.');
      case 'recorded':
        return waiting;
      case 'rejected':
      case 'reversed':
        return failed(`manual_payment_${state.status}`, `The manual payment was ${state.status}.`);
      case 'verified': {
        const { customerId, amount } = state.details;
        if (customerId !== details.customerId || amount.currency !== leg.amount.currency) {
          return failed(
            'manual_payment_not_applicable',
            'The manual payment is of another customer or currency.',
          );
        }
        if (compare(leg.amount, unappliedOf(state)) > 0) {
          return failed('manual_payment_used_up', 'Less than this part is left of the manual payment.');
        }
        return { outcome: 'reserved' };
      }
    }
  }

  async function take(part: LegOf<'manual'>): Promise<LegProgress> {
    const { leg, details } = part;
    const applied = await manualPayments.handle(
      leg.tender.manualPaymentId,
      {
        type: 'RecordManualPaymentApplied',
        at: clock.now(),
        applicationId: applicationIdOf(details, leg.leg),
        invoiceId: details.invoiceId,
        amount: leg.amount,
      },
      stepMetadata(part, 'manual payment'),
    );
    if (applied.outcome === 'accepted') return { outcome: 'settled' };
    const code = applied.outcome === 'rejected' ? applied.rejection.code : applied.outcome;
    return failed(code, 'The manual payment cannot be used for this part any more.');
  }

  async function release(part: LegOf<'manual'>): Promise<LegProgress> {
    const { leg, details } = part;
    if (leg.status !== 'settled') return { outcome: 'released' };
    const applicationId = applicationIdOf(details, leg.leg);
    const unapplied = await manualPayments.handle(
      leg.tender.manualPaymentId,
      {
        type: 'RecordManualPaymentUnapplied',
        at: clock.now(),
        applicationId,
        reversalId: applicationId,
        amount: leg.amount,
      },
      stepMetadata(part, 'manual payment undone'),
    );
    return unapplied.outcome === 'accepted' ? { outcome: 'released' } : waiting;
  }

  return { reserve, take, release };
}

function failed(code: string, message: string): LegProgress {
  return { outcome: 'failed', code, message };
}
