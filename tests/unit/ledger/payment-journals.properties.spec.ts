import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { journalOf } from '../../../src/application/ledger/payment-journals.js';
import { takenBy } from '../../../src/domain/payment/dispute.js';
import type { PaymentEvent } from '../../../src/domain/payment/events.js';
import { refunded } from '../../../src/domain/payment/state.js';
import { holds } from '../../support/corpus.js';
import { currencyOf, foldPayment, paymentCommands, play } from '../../support/payment-arbitraries.js';
import {
  captured,
  feeRecorded,
  fundsReinstated,
  fundsWithdrawn,
  refundFailed,
  refundInitiated,
  refundRequested,
  usd,
} from '../../support/payment-examples.js';

/** Balances by account and currency. */
function balances(events: readonly PaymentEvent[]): ReadonlyMap<string, bigint> {
  const totals = new Map<string, bigint>();
  for (const { account, amount } of events.flatMap((event) => journalOf(event)?.lines ?? [])) {
    const name = `${account} ${amount.currency}`;
    totals.set(name, (totals.get(name) ?? 0n) + amount.minor);
  }
  return totals;
}

const moving: ReadonlySet<PaymentEvent['type']> = new Set([
  'PaymentCaptured',
  'RefundInitiated',
  'RefundAdopted',
  'RefundFailed',
  'RefundCanceled',
]);

describe('The journals of a payment', () => {
  it('leave the books in balance after every fact of any history', () => {
    holds(
      'payment-books',
      fc.property(paymentCommands, (commands) => {
        const { events } = play(commands);
        events.forEach((_event, index) => {
          let total = 0n;
          for (const balance of balances(events.slice(0, index + 1)).values()) total += balance;
          expect(total).toBe(0n);
        });
      }),
    );
  });

  it('exist once for each fact that moves money and for no other', () => {
    holds(
      'payment-one-journal',
      fc.property(paymentCommands, (commands) => {
        for (const event of play(commands).events) {
          // What moved nothing of our balance, not even a fee, is not in the books.
          if (event.type === 'PaymentFeeRecorded' || event.type.startsWith('DisputeFunds')) continue;
          expect(journalOf(event) !== undefined).toBe(moving.has(event.type));
        }
      }),
    );
  });

  it('owe the customer what was captured and not refunded', () => {
    holds(
      'payment-balances',
      fc.property(paymentCommands, (commands) => {
        const { events } = play(commands);
        const state = foldPayment(events);
        const owed = state.status === 'captured' ? state.captured.minor - refunded(state).minor : 0n;
        expect(balances(events).get(`unapplied_payments ${currencyOf(commands)}`) ?? 0n).toBe(-owed);
      }),
    );
  });

  it('hold for lost what disputes took and did not bring back', () => {
    let disputed = 0;
    holds(
      'payment-dispute-losses',
      fc.property(paymentCommands, (commands) => {
        const { events } = play(commands);
        const state = foldPayment(events);
        const disputes = state.status === 'captured' ? state.disputes : [];
        const taken = disputes.map(takenBy).reduce((sum, { minor }) => sum + minor, 0n);
        if (taken !== 0n) disputed += 1;
        expect(balances(events).get(`dispute_losses ${currencyOf(commands)}`) ?? 0n).toBe(taken);
      }),
    );
    expect(disputed).toBeGreaterThan(0);
  });

  it('lead a dispute that was won back to where it began, but for its fee', () => {
    const events = [captured(), feeRecorded, fundsWithdrawn(), fundsReinstated()];
    expect(Object.fromEntries(balances(events))).toEqual({
      'processor_balance USD': 3325n,
      'unapplied_payments USD': -5000n,
      'processor_fees USD': 175n,
      'dispute_losses USD': 0n,
      'dispute_fees USD': 1500n,
    });
  });

  it('lead a dispute that settles in another currency through the FX position', () => {
    const taken = fundsWithdrawn({
      gross: { minor: 4700n, currency: 'EUR' },
      fee: { minor: 1400n, currency: 'EUR' },
    });
    expect(Object.fromEntries(balances([taken]))).toEqual({
      'dispute_losses USD': 5000n,
      'processor_balance USD': 0n,
      'fx_position USD': -5000n,
      'fx_position EUR': 4700n,
      'processor_balance EUR': -6100n,
      'dispute_fees EUR': 1400n,
    });
  });

  it('take a refund that failed back in full', () => {
    const events = [
      captured(),
      feeRecorded,
      refundRequested(1, 2000),
      refundInitiated(1, 2000),
      refundFailed(1, 2000),
    ];
    expect(Object.fromEntries(balances(events))).toEqual({
      'processor_balance USD': 4825n,
      'unapplied_payments USD': -5000n,
      'processor_fees USD': 175n,
    });
  });

  it('lead a charge that settles in another currency through the FX position', () => {
    const gross = { minor: 4600n, currency: 'EUR' as const };
    const fee = { minor: 120n, currency: 'EUR' as const };
    const settled = { ...feeRecorded, charged: usd(5000), gross, fee };
    expect(Object.fromEntries(balances([captured(), settled]))).toEqual({
      'processor_balance USD': 0n,
      'unapplied_payments USD': -5000n,
      'fx_position USD': 5000n,
      'fx_position EUR': -4600n,
      'processor_balance EUR': 4480n,
      'processor_fees EUR': 120n,
    });
  });
});
