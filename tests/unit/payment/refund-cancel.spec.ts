import { describe, expect, it } from '@jest/globals';
import type { PaymentEventOf } from '../../../src/domain/payment/events.js';
import { payment } from '../../../src/domain/payment/payment.js';
import { refundable } from '../../../src/domain/payment/state.js';
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
  usd,
} from '../../support/payment-examples.js';

const by = { actor: 'key_1', holder: 'ann' };
const cancel = (n = 1) => ({ type: 'CancelRefund', at, refundId: refundId(n), by }) as const;
const cancelRequested: PaymentEventOf<'RefundCancelRequested'> = {
  ...{ type: 'RefundCancelRequested', at, refundId: refundId(1) },
};
const canceled: PaymentEventOf<'RefundCanceled'> = {
  ...{ type: 'RefundCanceled', at, refundId: refundId(1), amount: usd(3000) },
};
const refusal = { code: 'refund_unexpected_state', message: 'Too late.' };
const cancelRefused: PaymentEventOf<'RefundCancelRefused'> = {
  ...{ type: 'RefundCancelRefused', at, refundId: refundId(1), ...refusal },
};
const recordRefused = { type: 'RecordRefundCancelRefused', at, refundId: refundId(1), refusal } as const;

const paid = [created, confirmRequested(), authorized(), captured()];
const asked = [...paid, refundRequested(1, 3000)];
const pending = [...asked, refundInitiated(1, 3000)];
const canceling = [...pending, cancelRequested];

describe('a refund that is called off', () => {
  it('is asked of the provider once, where the provider took it on', () => {
    given(payment, pending).when(cancel()).then(cancelRequested);
    given(payment, canceling).when(cancel()).thenRejected({ code: 'refund_operation_in_progress' });
  });
  it('holds its money until the provider says that it is canceled', () => {
    const state = given(payment, pending).when(cancel()).then(cancelRequested);
    expect(state.status === 'captured' && refundable(state)).toEqual(usd(2000));
    const after = given(payment, canceling)
      .when(refundNews(1, 'canceled', 3000))
      .then(canceled);
    expect(after.status === 'captured' && refundable(after)).toEqual(usd(5000));
  });
  it('is not there to cancel before the provider answered whether it took it on', () => {
    given(payment, asked).when(cancel()).thenRejected({ code: 'refund_operation_in_progress' });
  });
  it('cannot be stopped once it is over', () => {
    const done = { code: 'refund_not_cancelable', status: 'succeeded' } as const;
    given(payment, [...pending, refundSucceeded(1)])
      .when(cancel())
      .thenRejected(done);
    given(payment, [...pending, refundFailed(1, 3000)])
      .when(cancel())
      .thenRejected({ code: 'refund_not_cancelable', status: 'failed' });
    given(payment, [...asked, { type: 'RefundRefused', at, refundId: refundId(1), ...refusal }])
      .when(cancel())
      .thenRejected({ code: 'refund_not_cancelable', status: 'refused' });
  });
  it('is canceled already when it is asked for again, or was canceled in the dashboard meanwhile', () => {
    given(payment, [...canceling, canceled])
      .when(cancel())
      .thenNothing();
    given(payment, [...pending, canceled])
      .when(cancel())
      .thenNothing();
    given(payment, [...canceling, canceled])
      .when(recordRefused)
      .thenNothing();
  });
  it('goes on where the provider refuses, and may be asked to be canceled again', () => {
    const after = given(payment, canceling).when(recordRefused).then(cancelRefused);
    expect(after.status === 'captured' && after.refunds[0]?.status).toBe('pending');
    given(payment, [...canceling, cancelRefused])
      .when(cancel())
      .then(cancelRequested);
    given(payment, [...canceling, cancelRefused])
      .when(recordRefused)
      .thenNothing();
  });
  it('may succeed all the same, and is canceled no more', () => {
    given(payment, canceling)
      .when(refundNews(1, 'succeeded', 3000))
      .then(refundSucceeded(1));
    given(payment, [...canceling, refundSucceeded(1)])
      .when(recordRefused)
      .thenNothing();
  });
  it('was never asked of the provider while it waits for another person, and is taken back', () => {
    const waits: PaymentEventOf<'RefundApprovalRequested'> = {
      ...{ type: 'RefundApprovalRequested', at, refundId: refundId(1), amount: usd(3000) },
      ...{ refundReason: null, requestedBy: 'bob' },
    };
    const takenBack: PaymentEventOf<'RefundRejected'> = {
      ...{ type: 'RefundRejected', at, refundId: refundId(1), amount: usd(3000), rejectedBy: 'ann' },
    };
    given(payment, [...paid, waits])
      .when(cancel())
      .then(takenBack);
    given(payment, [...paid, waits, takenBack])
      .when(cancel())
      .thenNothing();
  });
  it('that there is none of is not found', () => {
    given(payment, []).when(cancel()).thenRejected({ code: 'payment_not_found' });
    given(payment, paid).when(cancel()).thenRejected({ code: 'refund_not_found' });
  });
});
