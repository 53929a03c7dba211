import type { RawEvent } from './raw-event.js';
import { money } from './raw-event.js';

export type Posting = {
  readonly account: string;
  readonly currency: string;
  readonly amount: bigint;
};

/** Debits are positive. Cash is `processor_balance`; what customers paid in is `unapplied_payments`. */
export function postingsOf(currency: string, { type, data }: RawEvent): readonly Posting[] {
  const amount = money(data['amount'])?.minor ?? 0n;
  const fee = money(data['fee']);
  const between = (debit: string, credit: string, moved: bigint, of: string): readonly Posting[] =>
    moved === 0n
      ? []
      : [
          { account: debit, currency: of, amount: moved },
          { account: credit, currency: of, amount: -moved },
        ];
  switch (type) {
    case 'PaymentCaptured':
    case 'RefundFailed':
    case 'RefundCanceled':
      return between('processor_balance', 'unapplied_payments', amount, currency);
    case 'RefundInitiated':
    case 'RefundAdopted':
      return between('unapplied_payments', 'processor_balance', amount, currency);
    case 'PaymentFeeRecorded':
      return between('processor_fees', 'processor_balance', fee?.minor ?? 0n, fee?.currency ?? currency);
    case 'DisputeFundsWithdrawn':
    case 'DisputeFundsReinstated': {
      const taken = type === 'DisputeFundsWithdrawn' ? amount : -amount;
      return [
        ...between('dispute_losses', 'processor_balance', taken, currency),
        ...between('dispute_fees', 'processor_balance', fee?.minor ?? 0n, fee?.currency ?? currency),
      ];
    }
    default:
      return [];
  }
}
