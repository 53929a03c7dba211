import type { CustomerId } from '../../domain/shared/ids.js';
import type { Money } from '../../domain/shared/money.js';
import type { Tender } from '../../domain/shared/tender.js';
import type { CreditHandler } from '../credit/credit-agenda.js';
import type { ManualPaymentHandler } from '../manual-payment/record-manual-payment.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import { keptCreditIdOf } from './kept-credit.js';
import { mustBeAccepted } from './policy-steps.js';

/** What an invoice counts as paid no more, of a tender whose money nobody but us has to send. */
type TakenOff = {
  readonly customerId: CustomerId;
  readonly applicationId: string;
  readonly reversalId: string;
  readonly tender: Exclude<Tender, { readonly kind: 'card' }>;
  readonly amount: Money;
};

/**
 * Gives a customer the money of a reversed application as credit: to the grants that it came from, or, of a cheque, a wire or
 * cash, as a grant of its own. May be repeated.
 */
export type GiveBack = (taken: TakenOff, metadataOf: (step: string) => EventMetadata) => Promise<void>;

export function createGiveBack(parts: {
  readonly credits: Pick<CreditHandler, 'handle'>;
  readonly manualPayments: Pick<ManualPaymentHandler, 'handle'>;
  readonly clock: Clock;
}): GiveBack {
  const { credits, manualPayments, clock } = parts;

  return async ({ customerId, applicationId, reversalId, tender, amount }, metadataOf) => {
    const at = clock.now();
    switch (tender.kind) {
      case 'credit': {
        const { holdId } = tender;
        const command = { type: 'RestoreCredit', at, holdId, restoreId: reversalId, amount } as const;
        mustBeAccepted(await credits.handle(customerId, command, metadataOf('restore')), `restore ${holdId}`);
        return;
      }
      case 'manual': {
        const { manualPaymentId } = tender;
        const creditId = keptCreditIdOf(reversalId);
        const undo = { type: 'RecordManualPaymentUnapplied', at, applicationId, reversalId, amount } as const;
        mustBeAccepted(
          await manualPayments.handle(manualPaymentId, undo, metadataOf('unapply')),
          `unapply ${manualPaymentId}`,
        );
        const keep = { type: 'KeepManualPaymentAsCredit', at, creditId, amount } as const;
        const kept = await manualPayments.handle(manualPaymentId, keep, metadataOf('keep'));
        // It bounced meanwhile: there is nothing to keep.
        if (kept.state.status !== 'reversed') mustBeAccepted(kept, `keep ${creditId}`);
      }
    }
  };
}
