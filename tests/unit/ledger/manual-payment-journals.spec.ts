import { describe, expect, it } from '@jest/globals';
import { manualPaymentJournalOf } from '../../../src/application/ledger/manual-payment-journals.js';
import type { ManualPaymentEvent } from '../../../src/domain/manual-payment/messages.js';
import { at, usd } from '../../support/payment-examples.js';

const lines = (event: ManualPaymentEvent): readonly string[] =>
  (manualPaymentJournalOf(event)?.lines ?? []).map(({ account, amount }) => `${account} ${amount.minor}`);

describe('the journals of manual payments', () => {
  it('verified money is ours, and not yet set against an invoice', () => {
    expect(lines({ type: 'ManualPaymentVerified', at, amount: usd(100), verifiedBy: 'bob' })).toEqual([
      ...['bank 100', 'unapplied_payments -100'],
    ]);
  });

  it('a bounced cheque takes it back, with what the bank charges for it', () => {
    const bounced = { type: 'ManualPaymentReversed', at, amount: usd(100), cause: 'bounced' } as const;
    const by = { reversedBy: 'bob', applications: [] };
    expect(lines({ ...bounced, ...by, fee: usd(5) })).toEqual([
      ...['unapplied_payments 100', 'bank -100', 'payment_differences 5', 'bank -5'],
    ]);
    expect(lines({ ...bounced, ...by, fee: null })).toEqual(['unapplied_payments 100', 'bank -100']);
  });

  it('recording and rejecting books nothing', () => {
    expect(manualPaymentJournalOf({ type: 'ManualPaymentRejected', at, rejectedBy: 'bob' })).toBe(undefined);
  });
});
