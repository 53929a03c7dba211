import { describe, expect, it } from '@jest/globals';
import { payment } from '../../../src/domain/payment/payment.js';
import type { PaymentState } from '../../../src/domain/payment/state.js';
import { refundable, refunded } from '../../../src/domain/payment/state.js';
import { money } from '../../../src/domain/shared/money.js';
import { creditId } from '../../support/credit-examples.js';
import { given } from '../../support/decider-specification.js';
import {
  at,
  authorized,
  captured,
  confirmRequested,
  created,
  refundFailed,
  refundId,
  refundInitiated,
  refundNews,
  refundRequested,
  refundSucceeded,
  requestRefund,
  usd,
} from '../../support/payment-examples.js';

const paid = [created, confirmRequested(), authorized(), captured()];

function left(state: PaymentState) {
  return state.status === 'captured'
    ? { refundable: refundable(state), refunded: refunded(state) }
    : undefined;
}

describe('requesting a refund', () => {
  it('may be in several parts, up to what was captured', () => {
    given(payment, paid).when(requestRefund(1, 2000)).then(refundRequested(1, 2000));
    given(payment, [...paid, refundRequested(1, 2000)])
      .when(requestRefund(2, null))
      .then(refundRequested(2, 3000));
    given(payment, [...paid, refundRequested(1, 2000)])
      .when(requestRefund(2, 3001))
      .thenRejected({ code: 'refund_exceeds_captured', refundable: usd(3000) });
  });
  it('counts a refund in doubt as spent, and a failed one as free again', () => {
    const failed = [...paid, refundRequested(1, 5000), refundInitiated(1, 5000), refundFailed(1, 5000)];
    given(payment, [...paid, refundRequested(1, 5000)])
      .when(requestRefund(2, 1))
      .thenRejected({ code: 'refund_exceeds_captured' });
    given(payment, failed).when(requestRefund(2, 5000)).then(refundRequested(2, 5000));
  });
  it('is already done under the same id and amount, and refused under the same id with another', () => {
    given(payment, [...paid, refundRequested(1, 2000)])
      .when(requestRefund(1, 2000))
      .thenNothing();
    given(payment, [...paid, refundRequested(1, 2000)])
      .when(requestRefund(1, 2001))
      .thenRejected({ code: 'refund_already_exists' });
  });
  it('is refused before the capture, for nothing and in another currency', () => {
    given(payment, [created]).when(requestRefund(1, 1)).thenRejected({ code: 'payment_not_refundable' });
    given(payment, paid).when(requestRefund(1, 0)).thenRejected({ code: 'amount_not_positive' });
    given(payment, paid)
      .when({ ...requestRefund(1, 1), amount: money(1n, 'EUR') })
      .thenRejected({ code: 'currency_mismatch' });
  });
});

describe('news of a refund', () => {
  const asked = [...paid, refundRequested(1, 2000)];
  it('moves it forward, one fact a step, even when steps are skipped', () => {
    given(payment, asked)
      .when(refundNews(1, 'pending', 2000))
      .then(refundInitiated(1, 2000));
    given(payment, asked)
      .when(refundNews(1, 'succeeded', 2000))
      .then(refundInitiated(1, 2000), refundSucceeded(1));
    given(payment, [...asked, refundInitiated(1, 2000)])
      .when(refundNews(1, 'failed', 2000))
      .then(refundFailed(1, 2000));
  });
  it('may fail after it succeeded, which opens the amount again', () => {
    const state = given(payment, [...asked, refundInitiated(1, 2000), refundSucceeded(1)])
      .when(refundNews(1, 'failed', 2000))
      .then(refundFailed(1, 2000));
    expect(left(state)).toEqual({ refundable: usd(5000), refunded: usd(0) });
  });
  it('never moves it back', () => {
    const failed = [...asked, refundInitiated(1, 2000), refundFailed(1, 2000)];
    given(payment, failed)
      .when(refundNews(1, 'succeeded', 2000))
      .thenNothing();
    given(payment, failed)
      .when(refundNews(1, 'pending', 2000))
      .thenNothing();
    given(payment, [...asked, refundInitiated(1, 2000), refundSucceeded(1)])
      .when(refundNews(1, 'pending', 2000))
      .thenNothing();
  });
  it('adopts a refund that was made at the provider', () => {
    const news = refundNews(7, 'succeeded', 1000, { refundId: null });
    const adopted = {
      type: 'RefundAdopted' as const,
      at,
      refundId: refundId(907),
      providerRefundId: 're_stripe_7',
      amount: usd(1000),
    };
    const succeeded = { type: 'RefundSucceeded' as const, at, refundId: refundId(907) };
    const state = given(payment, paid).when(news).then(adopted, succeeded);
    expect(left(state)).toEqual({ refundable: usd(4000), refunded: usd(1000) });
    given(payment, [...paid, adopted, succeeded])
      .when(news)
      .thenNothing();
  });
  it('made at the provider takes the money of what was kept as credit, the last kept first', () => {
    const kept = (n: number, minor: number) =>
      ({
        type: 'PaymentKeptAsCredit',
        at,
        creditId: creditId(n),
        amount: usd(minor),
        cause: 'less_due',
      }) as const;
    const gone = (n: number, minor: number) =>
      ({ type: 'PaymentCreditRefunded', at, creditId: creditId(n), amount: usd(minor) }) as const;
    const half = [...paid, kept(1, 2000), kept(2, 1000)];
    const adopted = (minor: number) => {
      const ids = { refundId: refundId(907), providerRefundId: 're_stripe_7' };
      return { type: 'RefundAdopted', at, ...ids, amount: usd(minor) } as const;
    };
    const news = (minor: number) => refundNews(7, 'pending', minor, { refundId: null });
    given(payment, half).when(news(2000)).then(adopted(2000));
    const state = given(payment, half).when(news(4500)).then(adopted(4500), gone(2, 1000), gone(1, 1500));
    expect(left(state)).toEqual({ refundable: usd(0), refunded: usd(4500) });
    // It comes back, and can be kept or refunded again.
    const after = [...half, adopted(4500), gone(2, 1000), gone(1, 1500)];
    const failed = { type: 'RefundFailed', at, refundId: refundId(907), amount: usd(4500) } as const;
    const back = given(payment, after)
      .when(refundNews(7, 'failed', 4500, { refundId: null, failureReason: 'lost_or_stolen_card' }))
      .then({ ...failed, failureReason: 'lost_or_stolen_card' });
    expect(left(back)).toEqual({ refundable: usd(4500), refunded: usd(0) });
  });
  it('gives a refund of another amount, or one that was never requested, to a person', () => {
    given(payment, asked)
      .when(refundNews(1, 'pending', 1999))
      .thenRejected({ code: 'provider_contradicts_history' });
    given(payment, paid)
      .when(refundNews(1, 'pending', 10))
      .thenRejected({ code: 'provider_contradicts_history' });
  });
  it('frees the amount when the provider refuses the refund', () => {
    const refusal = { code: 'charge_disputed', message: 'The charge is disputed.' };
    const state = given(payment, asked)
      .when({ type: 'RecordRefundRefused', at, refundId: refundId(1), refusal })
      .then({ type: 'RefundRefused', at, refundId: refundId(1), ...refusal });
    expect(left(state)).toEqual({ refundable: usd(5000), refunded: usd(0) });
  });
});
