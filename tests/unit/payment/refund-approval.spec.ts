import { describe, expect, it } from '@jest/globals';
import type { PaymentCommandOf } from '../../../src/domain/payment/commands.js';
import type { PaymentEventOf } from '../../../src/domain/payment/events.js';
import { payment } from '../../../src/domain/payment/payment.js';
import type { PaymentState } from '../../../src/domain/payment/state.js';
import { refundable, refunded } from '../../../src/domain/payment/state.js';
import { CorruptStream } from '../../../src/domain/shared/corrupt-stream.js';
import type { Person } from '../../../src/domain/shared/person.js';
import { given } from '../../support/decider-specification.js';
import { foldPayment } from '../../support/payment-arbitraries.js';
import {
  at,
  authorized,
  captured,
  confirmRequested,
  created,
  refundId,
  refundNews,
  refundRequested,
  requestRefund,
  usd,
} from '../../support/payment-examples.js';

const ann: Person = { actor: 'key_1', holder: 'ann' };
const annsOtherKey: Person = { actor: 'key_2', holder: 'ann' };
const bob: Person = { actor: 'key_3', holder: 'bob' };
const carol: Person = { actor: 'key_4', holder: 'carol' };
const nobody: Person = { actor: 'key_5', holder: null };

const paid = [created, confirmRequested(), authorized(), captured()];
const from = usd(2000);

const ask = (
  n: number,
  minor: number | null,
  rule: Partial<NonNullable<PaymentCommandOf<'RequestRefund'>['secondPerson']>> = {},
) => ({ ...requestRefund(n, minor), secondPerson: { by: ann, from, saysWhy: true, ...rule } });
const approve = (by: Person, n = 1) => ({ type: 'ApproveRefund', at, refundId: refundId(n), by }) as const;
const reject = (by: Person, n = 1) => ({ type: 'RejectRefund', at, refundId: refundId(n), by }) as const;

const waits = (n: number, minor: number): PaymentEventOf<'RefundApprovalRequested'> => ({
  ...{ type: 'RefundApprovalRequested', at, refundId: refundId(n), amount: usd(minor) },
  ...{ refundReason: null, requestedBy: 'ann' },
});
const approved = (n: number, minor: number): PaymentEventOf<'RefundApproved'> => ({
  ...{ type: 'RefundApproved', at, refundId: refundId(n), amount: usd(minor), approvedBy: 'bob' },
});
const turnedDown = (n: number, minor: number, rejectedBy = 'bob'): PaymentEventOf<'RefundRejected'> => ({
  ...{ type: 'RefundRejected', at, refundId: refundId(n), amount: usd(minor), rejectedBy },
});

const left = (state: PaymentState) =>
  state.status === 'captured' ? [refundable(state).minor, refunded(state).minor] : undefined;

describe('a refund of an amount that takes two people', () => {
  it('waits from the threshold on, and below it or without one goes out at once', () => {
    given(payment, paid).when(ask(1, 1999)).then(refundRequested(1, 1999));
    given(payment, paid).when(ask(1, 2000)).then(waits(1, 2000));
    given(payment, paid).when(requestRefund(1, 5000)).then(refundRequested(1, 5000));
  });
  it('is no smaller for being asked for in parts', () => {
    const history = [...paid, refundRequested(1, 1999)];
    given(payment, history).when(ask(2, 1)).then(waits(2, 1));
    // What two people agreed on does not count against one of them.
    given(payment, [...paid, waits(1, 3000), approved(1, 3000)])
      .when(ask(2, 1999))
      .then(refundRequested(2, 1999));
  });
  it('keeps its amount from the moment it is asked for, and gives it up when it is rejected', () => {
    const state = given(payment, paid).when(ask(1, 3000)).then(waits(1, 3000));
    expect(left(state)).toEqual([2000n, 0n]);
    given(payment, [...paid, waits(1, 3000)])
      .when(ask(2, 2001))
      .thenRejected({ code: 'refund_exceeds_captured', refundable: usd(2000) });
    const after = given(payment, [...paid, waits(1, 3000)])
      .when(reject(bob))
      .then(turnedDown(1, 3000));
    expect(left(after)).toEqual([5000n, 0n]);
  });
  it('is asked for by a person who says why', () => {
    given(payment, paid)
      .when(ask(1, 2000, { by: nobody }))
      .thenRejected({ code: 'holder_required' });
    given(payment, paid)
      .when(ask(1, 2000, { saysWhy: false }))
      .thenRejected({ code: 'refund_reason_required' });
  });
  it('is approved by somebody else, whatever keys the first one has', () => {
    const history = [...paid, waits(1, 3000)];
    given(payment, history).when(approve(ann)).thenRejected({ code: 'approver_is_author' });
    given(payment, history).when(approve(annsOtherKey)).thenRejected({ code: 'approver_is_author' });
    given(payment, history).when(approve(nobody)).thenRejected({ code: 'holder_required' });
    given(payment, history).when(approve(bob)).then(approved(1, 3000));
  });
  it('is approved once, and not after it was rejected', () => {
    const history = [...paid, waits(1, 3000), approved(1, 3000)];
    given(payment, history).when(approve(bob)).thenNothing();
    given(payment, history).when(approve(carol)).thenRejected({ code: 'refund_wrong_status' });
    given(payment, history).when(reject(carol)).thenRejected({ code: 'refund_wrong_status' });
    const rejected = [...paid, waits(1, 3000), turnedDown(1, 3000)];
    given(payment, rejected).when(reject(carol)).thenNothing();
    given(payment, rejected).when(approve(bob)).thenRejected({ code: 'refund_wrong_status' });
  });
  it('is taken back by whoever asked for it', () => {
    given(payment, [...paid, waits(1, 3000)])
      .when(reject(ann))
      .then(turnedDown(1, 3000, 'ann'));
  });
  it('cannot be approved once its money went back another way', () => {
    const outside = { type: 'RefundAdopted', at, refundId: refundId(9), amount: usd(2001) } as const;
    const history = [...paid, waits(1, 3000), { ...outside, providerRefundId: 're_outside' }];
    given(payment, history)
      .when(approve(bob))
      .thenRejected({ code: 'refund_exceeds_captured', refundable: usd(2999) });
    given(payment, history).when(reject(bob)).then(turnedDown(1, 3000));
  });
  it('is nothing that the provider can have heard of before it is approved', () => {
    given(payment, [...paid, waits(1, 3000)])
      .when(refundNews(1, 'succeeded', 3000))
      .thenRejected({ code: 'provider_contradicts_history' });
  });
  it('that there is none of is not approved', () => {
    given(payment, paid).when(approve(bob)).thenRejected({ code: 'refund_not_found' });
    given(payment, [created]).when(reject(bob)).thenRejected({ code: 'refund_not_found' });
    given(payment, []).when(approve(bob)).thenRejected({ code: 'payment_not_found' });
  });
  it('of another amount than was approved is no history', () => {
    expect(() => foldPayment([...paid, waits(1, 3000), approved(1, 3001)])).toThrow(CorruptStream);
    expect(() => foldPayment([...paid, refundRequested(1, 3000), approved(1, 3000)])).toThrow(CorruptStream);
  });
});
