import type { Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import { add, compare, equals, isPositive, isZero, negate, subtract } from '../shared/money.js';
import { sameTender } from '../shared/tender.js';
import type { InvoiceCommandOf } from './commands.js';
import type { InvoiceEvent, InvoiceEventOf, ReversalCause } from './events.js';
import { evolve } from './evolve.js';
import type { InvoiceRejection } from './rejections.js';
import type { Application, InvoiceState, IssuedInvoice } from './state.js';
import {
  claimOn,
  creditedOf,
  dueOf,
  isIssued,
  leftOf,
  paidOf,
  payableOf,
  refundPartOf,
  refundsUnderWay,
} from './state.js';
import { taxGivenUpOf } from './tax-point.js';

type InvoiceDecision = Decision<InvoiceEvent, InvoiceRejection>;

/** One collection at a time may ask for money, and for no more than is due: two channels never charge the same invoice. */
export function claimCollection(
  state: InvoiceState,
  command: InvoiceCommandOf<'ClaimCollection'>,
): InvoiceDecision {
  if (state.status === 'absent') return rejected({ code: 'invoice_not_found' });
  if (!isIssued(state)) return rejected({ code: 'invoice_not_open', status: state.status });
  const { at, collectionId, amount, due } = command;
  const same = state.collections.find((one) => one.collectionId === collectionId);
  if (same !== undefined) {
    if (!equals(same.amount, amount)) return rejected({ code: 'collection_already_exists' });
    return same.status === 'claimed' ? nothingToDo : rejected({ code: 'collection_already_ended' });
  }
  if (state.status !== 'open') return rejected({ code: 'invoice_not_open', status: state.status });
  const refusal = beingCollected(state, null) ?? amountRefusal(state, amount);
  if (refusal !== undefined) return rejected(refusal);
  const payable = payableOf(state);
  if (due !== null && !equals(due, payable)) return rejected({ code: 'invoice_due_changed', due: payable });
  return accepted({ type: 'InvoiceCollectionClaimed', at, collectionId, amount });
}

export function releaseCollection(
  state: InvoiceState,
  command: InvoiceCommandOf<'ReleaseCollection'>,
): InvoiceDecision {
  if (state.status === 'absent') return rejected({ code: 'invoice_not_found' });
  const { at, collectionId } = command;
  const same = isIssued(state)
    ? state.collections.find((one) => one.collectionId === collectionId)
    : undefined;
  if (same === undefined) return rejected({ code: 'collection_not_found' });
  if (same.status === 'released') return nothingToDo;
  return accepted({ type: 'InvoiceCollectionReleased', at, collectionId });
}

/** Sets money that is ours already against what is due. Above that it is refused, and must be kept elsewhere. */
export function applyPayment(
  state: InvoiceState,
  command: InvoiceCommandOf<'ApplyPayment'>,
): InvoiceDecision {
  if (state.status === 'absent') return rejected({ code: 'invoice_not_found' });
  if (!isIssued(state)) return rejected({ code: 'invoice_not_open', status: state.status });
  const { at, applicationId, collectionId, tender, amount } = command;
  const same = state.applications.find((one) => one.applicationId === applicationId);
  if (same !== undefined) {
    const unchanged = equals(same.amount, amount) && sameTender(same.tender, tender);
    return unchanged ? nothingToDo : rejected({ code: 'application_already_exists' });
  }
  if (state.status === 'void' || state.status === 'uncollectible') {
    return rejected({ code: 'invoice_not_open', status: state.status });
  }
  const refusal = beingCollected(state, collectionId) ?? amountRefusal(state, amount);
  if (refusal !== undefined) return rejected(refusal);
  const applied: InvoiceEvent = { type: 'InvoicePaymentApplied', at, applicationId, tender, amount };
  return accepted(applied, ...paidWhenNothingIsDue(evolve(state, applied), at));
}

/** Takes an applied payment back, as when a cheque bounces or a payment is refunded: what it had paid is due again. */
export function reversePayment(
  state: InvoiceState,
  command: InvoiceCommandOf<'ReversePayment'>,
): InvoiceDecision {
  if (state.status === 'absent') return rejected({ code: 'invoice_not_found' });
  const { at, applicationId, reversalId, cause } = command;
  const application = isIssued(state)
    ? state.applications.find((one) => one.applicationId === applicationId)
    : undefined;
  if (application === undefined || !isIssued(state)) return rejected({ code: 'application_not_found' });
  const known = reversalOf(state, reversalId);
  if (known !== undefined) {
    const unchanged =
      known.application === application && (command.amount === null || equals(known.amount, command.amount));
    return unchanged ? nothingToDo : rejected({ code: 'reversal_already_exists' });
  }
  const reversible = leftOf(application);
  const amount = command.amount ?? reversible;
  if (amount.currency !== reversible.currency) {
    return rejected({ code: 'currency_mismatch', expected: reversible.currency });
  }
  if (command.amount !== null && !isPositive(amount)) return rejected({ code: 'amount_not_positive' });
  if (isZero(reversible) || compare(amount, reversible) > 0) {
    return rejected({ code: 'reversal_exceeds_applied', reversible });
  }
  // What a card is about to give back cannot become credit as well; how much that is, its provider is still to say.
  const [underWay] = cause === 'less_due' ? refundsUnderWay(state, application) : [];
  if (underWay !== undefined) {
    const { invoiceRefundId } = underWay;
    return rejected({ code: 'invoice_refund_in_progress', invoiceRefundId });
  }
  return accepted(...takenOff(state, application, { at, reversalId, amount, cause }));
}

/** The facts of an application, or a part of it, that pays the invoice no more. */
export function takenOff(
  state: IssuedInvoice,
  application: Application,
  reversal: Pick<InvoiceEventOf<'InvoicePaymentReversed'>, 'at' | 'reversalId' | 'amount'> & {
    readonly cause: ReversalCause;
  },
): readonly InvoiceEvent[] {
  const { applicationId, tender } = application;
  const { at, reversalId, amount, cause } = reversal;
  const asked = refundPartOf(state, reversalId);
  const reversed: InvoiceEvent = {
    type: 'InvoicePaymentReversed',
    ...{ at, applicationId, reversalId, tender, amount, cause },
    ...(asked === undefined ? {} : { invoiceRefundId: asked.refund.invoiceRefundId }),
  };
  const again = askedForAgain(state, application, reversal);
  if (state.status === 'open') return [reversed, ...again];
  const due = again.reduce((sum, difference) => subtract(sum, difference.amount), add(dueOf(state), amount));
  return [reversed, ...again, { type: 'InvoiceReopened', at, due }];
}

/** What is due stays due where it is more than may be given up, or where somebody else is to bring it. */
export function writeOffDifference(
  state: InvoiceState,
  command: InvoiceCommandOf<'WriteOffDifference'>,
): InvoiceDecision {
  if (state.status === 'absent') return rejected({ code: 'invoice_not_found' });
  const { at, applicationId, atMost, writtenOffBy } = command;
  const application = isIssued(state)
    ? state.applications.find((one) => one.applicationId === applicationId)
    : undefined;
  if (application === undefined || !isIssued(state)) return rejected({ code: 'application_not_found' });
  if (state.differences.some((one) => one.applicationId === applicationId)) return nothingToDo;
  const amount = dueOf(state);
  if (atMost.currency !== amount.currency) {
    return rejected({ code: 'currency_mismatch', expected: amount.currency });
  }
  const stands = application.tender.kind === 'manual' && isPositive(leftOf(application));
  const waits = claimOn(state) !== undefined || !equals(payableOf(state), amount);
  if (state.status !== 'open' || !stands || waits || isZero(amount) || compare(amount, atMost) > 0) {
    return nothingToDo;
  }
  const writtenOff: InvoiceEvent = {
    type: 'InvoiceDifferenceWrittenOff',
    ...{ at, applicationId, amount, ...taxGivenUpOf(state), writtenOffBy, reason: 'short_payment' },
  };
  return accepted(writtenOff, ...paidWhenNothingIsDue(evolve(state, writtenOff), at));
}

/** A difference to money that is gone against our will is asked for again. */
function askedForAgain(
  { differences }: IssuedInvoice,
  { applicationId }: Application,
  { at, cause }: { readonly at: Instant; readonly cause: ReversalCause },
): readonly InvoiceEventOf<'InvoiceDifferenceWrittenOff'>[] {
  const known = differences.find((one) => one.applicationId === applicationId);
  if (known === undefined || cause !== 'payment_returned') return [];
  const { amount, taxGivenUp, writtenOffBy } = known;
  return [
    {
      type: 'InvoiceDifferenceWrittenOff',
      ...{ at, applicationId, amount: negate(amount), writtenOffBy, reason: 'payment_returned' },
      ...(taxGivenUp === null ? {} : { taxGivenUp: negate(taxGivenUp) }),
    },
  ];
}

function reversalOf(
  state: IssuedInvoice,
  reversalId: string,
): { readonly application: Application; readonly amount: Money } | undefined {
  for (const application of state.applications) {
    const known = application.reversals.find((one) => one.reversalId === reversalId);
    if (known !== undefined) return { application, amount: known.amount };
  }
  return undefined;
}

function beingCollected(state: IssuedInvoice, by: string | null): InvoiceRejection | undefined {
  const claim = claimOn(state);
  if (claim === undefined || claim.collectionId === by) return undefined;
  return { code: 'invoice_already_being_collected', collectionId: claim.collectionId };
}

function amountRefusal(state: IssuedInvoice, amount: Money): InvoiceRejection | undefined {
  const due = payableOf(state);
  if (amount.currency !== due.currency) return { code: 'currency_mismatch', expected: due.currency };
  if (!isPositive(amount)) return { code: 'amount_not_positive' };
  return compare(amount, due) > 0 ? { code: 'payment_exceeds_due', due } : undefined;
}

/** The fact that ends an open invoice on which nothing is due any more. */
export function paidWhenNothingIsDue(state: InvoiceState, at: Instant): readonly InvoiceEvent[] {
  if (state.status !== 'open' || !isZero(dueOf(state))) return [];
  return [{ type: 'InvoicePaid', at, paid: paidOf(state), credited: creditedOf(state) }];
}
