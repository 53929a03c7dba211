import { impossible } from '../shared/corrupt-stream.js';
import type { Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import type { RefundId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import { add, compare, equals, isPositive, smaller, subtract } from '../shared/money.js';
import type { PaymentCommandOf } from './commands.js';
import type { PaymentEvent, PaymentEventOf } from './events.js';
import { openRefund } from './refund-approval.js';
import type { PaymentRejection } from './rejections.js';
import { contradiction } from './rejections.js';
import type { Captured, PaymentState, Refund } from './state.js';
import { kept, refundable, refunded } from './state.js';

type PaymentDecision = Decision<PaymentEvent, PaymentRejection>;

/** Refunds share the payment's stream, so that two of them can never pass its captured amount. */
export function requestRefund(
  state: PaymentState,
  command: PaymentCommandOf<'RequestRefund'>,
): PaymentDecision {
  if (state.status === 'absent') return rejected({ code: 'payment_not_found' });
  if (state.status !== 'captured') return rejected({ code: 'payment_not_refundable', status: state.status });
  const left = refundable(state);
  const same = state.refunds.find((refund) => refund.refundId === command.refundId);
  if (same !== undefined) {
    const unchanged = command.amount === null || equals(same.amount, command.amount);
    return unchanged ? nothingToDo : rejected({ code: 'refund_already_exists' });
  }
  const amount = command.amount ?? left;
  if (amount.currency !== left.currency)
    return rejected({ code: 'currency_mismatch', expected: left.currency });
  if (command.amount !== null && !isPositive(amount)) return rejected({ code: 'amount_not_positive' });
  if (!isPositive(left) || compare(amount, left) > 0) {
    return rejected({ code: 'refund_exceeds_captured', refundable: left });
  }
  const { at, refundId, refundReason } = command;
  return openRefund(state, { at, refundId, amount, refundReason }, command.secondPerson);
}

/** Credit and refunds take from the same rest, so that nothing goes back to the customer twice. */
export function keepAsCredit(
  state: PaymentState,
  { at, creditId, amount, cause }: PaymentCommandOf<'KeepPaymentAsCredit'>,
): PaymentDecision {
  if (state.status === 'absent') return rejected({ code: 'payment_not_found' });
  if (state.status !== 'captured') return rejected({ code: 'payment_not_refundable', status: state.status });
  const left = refundable(state);
  if (amount.currency !== left.currency)
    return rejected({ code: 'currency_mismatch', expected: left.currency });
  if (!isPositive(amount)) return rejected({ code: 'amount_not_positive' });
  if (state.keptAsCredit.some((one) => one.creditId === creditId) || !isPositive(left)) return nothingToDo;
  const part = smaller(amount, left);
  return accepted({ type: 'PaymentKeptAsCredit', at, creditId, amount: part, cause });
}

/**
 * Merges what the provider says of a refund. Requested, pending, succeeded, failed or canceled is the one order in
 * which a refund moves, so old news changes nothing.
 */
export function observeRefund(
  state: PaymentState,
  command: PaymentCommandOf<'ObserveRefund'>,
): PaymentDecision {
  if (state.status === 'absent') return rejected({ code: 'payment_not_found' });
  if (state.status !== 'captured') {
    return contradiction(`the provider refunds a payment that is ${state.status} here`);
  }
  const { at, refund: news } = command;
  const known = state.refunds.find(
    (refund) => refund.refundId === news.refundId || refund.providerRefundId === news.providerRefundId,
  );
  if (known === undefined) {
    if (news.refundId !== null) return contradiction(`refund ${news.refundId} was never requested here`);
    const refundId = command.adoptAs;
    const { providerRefundId, amount } = news;
    if (state.refunds.some((refund) => refund.refundId === refundId)) {
      return rejected({ code: 'refund_already_exists' });
    }
    if (amount.currency !== state.captured.currency || !isPositive(amount)) {
      return contradiction(`a refund of ${amount.minor} ${amount.currency} cannot be of this payment`);
    }
    return accepted(
      ...withLostCredit(state, [
        { type: 'RefundAdopted', at, refundId, providerRefundId, amount },
        ...advance({ status: 'pending', refundId, amount }, command),
      ]),
    );
  }
  if (!equals(known.amount, news.amount)) {
    return contradiction(`refund ${known.refundId} is of ${news.amount.minor} at the provider`);
  }
  if (known.status === 'refused') return contradiction(`refund ${known.refundId} was refused and exists`);
  if (known.status === 'requires_approval' || known.status === 'rejected') {
    return contradiction(`refund ${known.refundId} was not approved and exists`);
  }
  return accepted(...withLostCredit(state, advance(known, command)));
}

/** Who refunds at the provider itself knows nothing of credit: what was kept last has lost its money first. */
function withLostCredit(state: Captured, events: readonly RefundFact[]): readonly PaymentEvent[] {
  const [first] = events;
  if (first === undefined) return events;
  const after: Captured = { ...state, refunds: events.reduce(evolveRefund, state.refunds) };
  let missing = subtract(add(refunded(after), kept(after)), after.captured);
  const lost: PaymentEvent[] = [];
  for (const { creditId, amount, refunded: gone } of after.keptAsCredit.toReversed()) {
    const left = subtract(amount, gone);
    const part = smaller(missing, left);
    if (!isPositive(part)) continue;
    lost.push({ type: 'PaymentCreditRefunded', at: first.at, creditId, amount: part });
    missing = subtract(missing, part);
  }
  return [...events, ...lost];
}

/** The facts that lead from what is known to what the news says; none when the news is old. */
function advance(
  known: Pick<Refund, 'status' | 'refundId' | 'amount'>,
  { at, refund: news }: PaymentCommandOf<'ObserveRefund'>,
): readonly RefundFact[] {
  const { refundId, amount } = known;
  if (known.status === 'failed' || known.status === 'canceled') return [];
  const events: RefundFact[] = [];
  if (known.status === 'requested') {
    events.push({ type: 'RefundInitiated', at, refundId, providerRefundId: news.providerRefundId, amount });
  }
  switch (news.status) {
    case 'pending':
    case 'requires_action':
      return events;
    case 'succeeded':
      return known.status === 'succeeded' ? events : [...events, { type: 'RefundSucceeded', at, refundId }];
    case 'failed': {
      const failureReason = news.failureReason ?? 'unknown';
      return [...events, { type: 'RefundFailed', at, refundId, amount, failureReason }];
    }
    case 'canceled':
      return [...events, { type: 'RefundCanceled', at, refundId, amount }];
  }
}

export function recordRefundRefused(
  state: PaymentState,
  command: PaymentCommandOf<'RecordRefundRefused'>,
): PaymentDecision {
  if (state.status === 'absent') return rejected({ code: 'payment_not_found' });
  const { at, refundId, refusal } = command;
  const known =
    state.status === 'captured' ? state.refunds.find((refund) => refund.refundId === refundId) : undefined;
  if (known === undefined) return rejected({ code: 'refund_not_found' });
  if (known.status !== 'requested') return nothingToDo;
  return accepted({ type: 'RefundRefused', at, refundId, ...refusal });
}

type RefundFact = { readonly at: Instant } & PaymentEventOf<
  | 'RefundRequested'
  | 'RefundApprovalRequested'
  | 'RefundApproved'
  | 'RefundRejected'
  | 'RefundRefused'
  | 'RefundInitiated'
  | 'RefundAdopted'
  | 'RefundSucceeded'
  | 'RefundFailed'
  | 'RefundCancelRequested'
  | 'RefundCancelRefused'
  | 'RefundCanceled'
>;

export function evolveRefund(refunds: readonly Refund[], event: RefundFact): readonly Refund[] {
  switch (event.type) {
    case 'RefundRequested':
      return [...refunds, opened(refunds, event, { status: 'requested', refundReason: event.refundReason })];
    case 'RefundApprovalRequested': {
      const { refundReason, requestedBy } = event;
      const approval = { requestedBy, decidedBy: null };
      return [...refunds, opened(refunds, event, { status: 'requires_approval', refundReason, approval })];
    }
    case 'RefundApproved':
      return moved(refunds, event, ['requires_approval'], decided(refunds, event, event.approvedBy));
    case 'RefundRejected':
      return moved(refunds, event, ['requires_approval'], decided(refunds, event, event.rejectedBy));
    case 'RefundAdopted':
      return [
        ...refunds,
        opened(refunds, event, { status: 'pending', providerRefundId: event.providerRefundId }),
      ];
    case 'RefundRefused':
      return moved(refunds, event, ['requested'], { status: 'refused', failureReason: event.code });
    case 'RefundInitiated':
      return moved(refunds, event, ['requested'], {
        status: 'pending',
        providerRefundId: event.providerRefundId,
      });
    case 'RefundSucceeded':
      return ended(refunds, event, ['pending'], { status: 'succeeded' });
    case 'RefundFailed':
      return ended(refunds, event, ['pending', 'succeeded'], {
        status: 'failed',
        failureReason: event.failureReason,
      });
    case 'RefundCancelRequested':
      return moved(refunds, event, ['pending'], { cancelRequestedAt: event.at });
    case 'RefundCancelRefused':
      return moved(refunds, event, ['pending'], { cancelRequestedAt: null });
    case 'RefundCanceled':
      return ended(refunds, event, ['pending', 'succeeded'], { status: 'canceled' });
  }
}

function opened(
  refunds: readonly Refund[],
  event: PaymentEventOf<'RefundRequested' | 'RefundApprovalRequested' | 'RefundAdopted'>,
  rest: Pick<Refund, 'status'> & Partial<Refund>,
): Refund {
  const { refundId, amount, at } = event;
  if (refunds.some((refund) => refund.refundId === refundId))
    return impossible('existing refund', event.type);
  return {
    refundId,
    amount,
    requestedAt: at,
    refundReason: null,
    providerRefundId: null,
    failureReason: null,
    approval: null,
    cancelRequestedAt: null,
    ...rest,
  };
}

/** What was approved is what had been asked for, to the last unit. */
function decided(
  refunds: readonly Refund[],
  { type, refundId, amount }: PaymentEventOf<'RefundApproved' | 'RefundRejected'>,
  decidedBy: string,
): Partial<Refund> {
  const approval = refunds.find(
    (refund) => refund.refundId === refundId && equals(refund.amount, amount),
  )?.approval;
  if (approval == null) return impossible('no refund of this amount', type);
  const status = type === 'RefundApproved' ? 'requested' : 'rejected';
  return { status, approval: { ...approval, decidedBy } };
}

/** Nothing is to be canceled any more, however the refund ended. */
function ended(...[refunds, event, from, change]: Parameters<typeof moved>): readonly Refund[] {
  return moved(refunds, event, from, { ...change, cancelRequestedAt: null });
}

function moved(
  refunds: readonly Refund[],
  event: { readonly type: string; readonly refundId: RefundId },
  from: readonly Refund['status'][],
  change: Partial<Refund>,
): readonly Refund[] {
  const known = refunds.find((refund) => refund.refundId === event.refundId);
  if (known === undefined || !from.includes(known.status)) {
    return impossible(`refund ${known?.status ?? 'absent'}`, event.type);
  }
  return refunds.map((refund) => (refund === known ? { ...refund, ...change } : refund));
}
