import { describe, expect, it } from '@jest/globals';
import { takenBy } from '../../../src/domain/payment/dispute.js';
import type { PaymentEventOf } from '../../../src/domain/payment/events.js';
import type { DisputeSnapshot } from '../../../src/domain/payment/intent.js';
import { payment } from '../../../src/domain/payment/payment.js';
import type { PaymentState } from '../../../src/domain/payment/state.js';
import { refundable } from '../../../src/domain/payment/state.js';
import { money } from '../../../src/domain/shared/money.js';
import { given } from '../../support/decider-specification.js';
import {
  at,
  authorized,
  captured,
  confirmRequested,
  created,
  disputeNews,
  disputeOpened,
  fundsReinstated,
  fundsWithdrawn,
  usd,
} from '../../support/payment-examples.js';

const paid = [created, confirmRequested(), authorized(), captured()];
const providerDisputeId = 'dp_1';
const answered = { type: 'DisputeAnswered', at, providerDisputeId } as const;
const closed = (outcome: 'won' | 'lost' | 'inquiry_closed') =>
  ({ type: 'DisputeClosed', at, providerDisputeId, amount: usd(5000), outcome }) as const;
const escalated: PaymentEventOf<'DisputeEscalated'> = {
  ...{ type: 'DisputeEscalated', at, providerDisputeId, amount: usd(5000) },
  evidenceDueBy: disputeOpened().evidenceDueBy,
};
const took = { movements: [{ balanceTransactionId: 'txn_d1', gross: usd(-5000), fee: usd(1500) }] };
const gaveBack = {
  movements: [...took.movements, { balanceTransactionId: 'txn_d2', gross: usd(5000), fee: usd(0) }],
};

function lost(state: PaymentState) {
  return state.status === 'captured' ? state.disputes.map(takenBy) : undefined;
}

describe('a dispute', () => {
  it('takes its amount and a fee at once, and brings the amount back when it is won', () => {
    given(payment, paid).when(disputeNews('needs_response', took)).then(disputeOpened(), fundsWithdrawn());
    given(payment, [...paid, disputeOpened(), fundsWithdrawn()])
      .when(disputeNews('under_review', took))
      .then(answered);
    const after = given(payment, [...paid, disputeOpened(), fundsWithdrawn(), answered])
      .when(disputeNews('won', gaveBack))
      .then(fundsReinstated(), closed('won'));
    expect(lost(after)).toEqual([usd(0)]);
  });

  it('that is first heard of at its end tells all of it', () => {
    const after = given(payment, paid)
      .when(disputeNews('lost', took))
      .then(disputeOpened(), fundsWithdrawn(), closed('lost'));
    expect(lost(after)).toEqual([usd(5000)]);
  });

  it('may begin as an inquiry, which takes nothing, and ends or becomes a dispute', () => {
    const inquiry = disputeOpened({ stage: 'inquiry' });
    given(payment, paid).when(disputeNews('inquiry')).then(inquiry);
    given(payment, [...paid, inquiry])
      .when(disputeNews('inquiry_under_review'))
      .then(answered);
    given(payment, [...paid, inquiry])
      .when(disputeNews('inquiry_closed'))
      .then(closed('inquiry_closed'));
    given(payment, [...paid, inquiry, answered])
      .when(disputeNews('needs_response', took))
      .then(escalated, fundsWithdrawn());
  });

  it('changes nothing by news that is known or old', () => {
    const history = [...paid, disputeOpened(), fundsWithdrawn(), fundsReinstated(), closed('won')];
    given(payment, history).when(disputeNews('won', gaveBack)).thenNothing();
    for (const status of ['inquiry', 'needs_response', 'under_review'] as const) {
      given(payment, history).when(disputeNews(status, took)).thenNothing();
    }
  });

  it('that was lost may be won after all, as where a bank gives in late', () => {
    given(payment, [...paid, disputeOpened(), fundsWithdrawn(), closed('lost')])
      .when(disputeNews('won', gaveBack))
      .then(fundsReinstated(), closed('won'));
  });

  it('may be of more than was captured, beside another one, and leaves the refunds alone', () => {
    const after = given(payment, [...paid, disputeOpened(), fundsWithdrawn()])
      .when(
        disputeNews('needs_response', {
          ...{ providerDisputeId: 'dp_2', amount: usd(5600) },
          movements: [{ balanceTransactionId: 'txn_d9', gross: usd(-5600), fee: usd(1500) }],
        }),
      )
      .then(
        disputeOpened({ providerDisputeId: 'dp_2', amount: usd(5600) }),
        fundsWithdrawn({
          ...{ providerDisputeId: 'dp_2', balanceTransactionId: 'txn_d9' },
          ...{ amount: usd(5600), gross: usd(5600) },
        }),
      );
    expect(lost(after)).toEqual([usd(5000), usd(5600)]);
    expect(after.status === 'captured' && refundable(after)).toEqual(usd(5000));
  });

  it('that settles in another currency is of the disputed amount', () => {
    const eur = (minor: bigint) => money(minor, 'EUR');
    const movements = [{ balanceTransactionId: 'txn_d1', gross: eur(-4700n), fee: eur(1400n) }];
    given(payment, paid)
      .when(disputeNews('needs_response', { movements }))
      .then(disputeOpened(), fundsWithdrawn({ gross: eur(4700n), fee: eur(1400n) }));
  });

  it('is for a person where the payment was not captured or is in another currency', () => {
    given(payment, [created])
      .when(disputeNews('needs_response'))
      .thenRejected({ code: 'provider_contradicts_history' });
    given(payment, paid)
      .when(disputeNews('needs_response', { amount: money(5000n, 'EUR') }))
      .thenRejected({ code: 'provider_contradicts_history' });
    given(payment, []).when(disputeNews('lost')).thenRejected({ code: 'payment_not_found' });
  });

  it('ends the same in whatever order what is known of it came, and however often', () => {
    const told: readonly [DisputeSnapshot['status'], Partial<DisputeSnapshot>][] = [
      ['inquiry', {}],
      ['needs_response', took],
      ['under_review', took],
      ['won', gaveBack],
    ];
    const orders = [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 1, 3, 0, 3, 2], [0, 3], [3]];
    const ends = orders.map((order) => {
      let state = paid.reduce(payment.evolve, payment.initialState);
      for (const place of order) {
        const [status, more] = told[place] ?? ['won', gaveBack];
        const decision = payment.decide(state, disputeNews(status, more));
        if (decision.outcome === 'accepted') state = decision.events.reduce(payment.evolve, state);
      }
      return state;
    });
    for (const end of ends) expect(end).toEqual(ends[0]);
    expect(ends[0]).toMatchObject({ disputes: [{ status: 'won', movements: { length: 2 } }] });
  });
});
