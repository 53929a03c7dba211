import { impossible } from '../shared/corrupt-stream.js';
import type { Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import { compare, equals, isPositive, smaller, subtract, sum, zero } from '../shared/money.js';
import type { RefundReason } from '../shared/refund-reason.js';
import { takenOff } from './collecting.js';
import type { InvoiceCommandOf, RefundSource } from './commands.js';
import type { InvoiceEvent, RefundedPart, ReversalCause } from './events.js';
import { evolve } from './evolve.js';
import { inProportion, lastFirst } from './last-first.js';
import type { InvoiceRejection } from './rejections.js';
import type { Application, InvoiceState, IssuedInvoice } from './state.js';
import { claimOn, isIssued, leftOf, paidOf, refundPartOf, refundsUnderWay } from './state.js';

type InvoiceDecision = Decision<InvoiceEvent, InvoiceRejection>;
type RequestInvoiceRefund = InvoiceCommandOf<'RequestInvoiceRefund'>;

/** A payment that was not the customer's, or was one too many, leaves the invoice to be paid. */
export function reversalCauseOf(reason: RefundReason | null): ReversalCause {
  switch (reason) {
    case 'duplicate':
    case 'fraudulent':
      return 'payment_returned';
    case 'requested_by_customer':
    case null:
      return 'refunded';
  }
}

/**
 * Shares a refund out over the tenders once, the one that was applied last first or all in proportion, and says so before any
 * part is carried out.
 * What needs nobody else's consent is taken off with it; what a card gives back is taken off when its provider has taken it on.
 */
export function requestInvoiceRefund(state: InvoiceState, command: RequestInvoiceRefund): InvoiceDecision {
  if (state.status === 'absent') return rejected({ code: 'invoice_not_found' });
  if (!isIssued(state)) return rejected({ code: 'invoice_not_paid' });
  const { at, invoiceRefundId, refundReason, requestedBy } = command;
  const same = state.refunds.find((refund) => refund.invoiceRefundId === invoiceRefundId);
  if (same !== undefined) {
    const unchanged =
      same.refundReason === refundReason && (command.amount === null || equals(same.amount, command.amount));
    return unchanged ? nothingToDo : rejected({ code: 'invoice_refund_already_exists' });
  }
  if (!isPositive(paidOf(state))) return rejected({ code: 'invoice_not_paid' });
  const claim = claimOn(state);
  if (claim !== undefined) {
    return rejected({ code: 'invoice_already_being_collected', collectionId: claim.collectionId });
  }
  const { currency } = state.details;
  if (command.amount !== null && command.amount.currency !== currency) {
    return rejected({ code: 'currency_mismatch', expected: currency });
  }
  if (command.amount !== null && !isPositive(command.amount))
    return rejected({ code: 'amount_not_positive' });
  const applied = returnable(state, command.sources);
  const left = sum(
    currency,
    applied.map((one) => one.left),
  );
  const amount = command.amount ?? left;
  if (!isPositive(left) || compare(amount, left) > 0) return rejected({ code: 'refund_exceeds_paid', left });
  const shared = command.order === 'pro_rata' ? inProportion(applied, amount) : lastFirst(applied, amount);
  const parts = shared.map(
    ({ of: { application, reversalId }, amount: share }): RefundedPart => ({
      applicationId: application.applicationId,
      reversalId,
      tender: application.tender,
      amount: share,
    }),
  );
  const requested: InvoiceEvent = {
    type: 'InvoiceRefundRequested',
    ...{ at, invoiceRefundId, refundReason, amount, parts },
    ...(requestedBy === null ? {} : { requestedBy }),
  };
  return accepted(requested, ...takenOffAtOnce(evolve(state, requested), parts, command));
}

type Source = { readonly application: Application; readonly reversalId: string };

/** What can still go back of each application, without what is going back already. */
function returnable(state: IssuedInvoice, sources: readonly RefundSource[]) {
  return state.applications.flatMap((application) => {
    const source = sources.find(({ applicationId }) => applicationId === application.applicationId);
    if (source === undefined) return [];
    const here = refundsUnderWay(state, application).reduce(
      (left, { amount }) => subtract(left, amount),
      leftOf(application),
    );
    const { reversalId, atMost, step } = source;
    const left = atMost === null ? here : smaller(here, atMost);
    const of: Source = { application, reversalId };
    return [{ of, left: isPositive(left) ? left : zero(left.currency), given: null, step }];
  });
}

function takenOffAtOnce(
  state: InvoiceState,
  parts: readonly RefundedPart[],
  { at, refundReason }: RequestInvoiceRefund,
): readonly InvoiceEvent[] {
  const events: InvoiceEvent[] = [];
  let after = state;
  for (const { applicationId, reversalId, tender, amount } of parts) {
    if (tender.kind === 'card') continue;
    const application = isIssued(after)
      ? after.applications.find((one) => one.applicationId === applicationId)
      : undefined;
    if (!isIssued(after) || application === undefined)
      return impossible(after.status, 'InvoicePaymentReversed');
    const cause = reversalCauseOf(refundReason);
    const facts = takenOff(after, application, { at, reversalId, amount, cause });
    events.push(...facts);
    after = facts.reduce(evolve, after);
  }
  return events;
}

/** The part stays on the invoice; another request may ask for it again. */
export function recordRefundPartRefused(
  state: InvoiceState,
  command: InvoiceCommandOf<'RecordRefundPartRefused'>,
): InvoiceDecision {
  if (state.status === 'absent') return rejected({ code: 'invoice_not_found' });
  const { at, reversalId, code } = command;
  const known = isIssued(state) ? refundPartOf(state, reversalId) : undefined;
  if (known === undefined || !isIssued(state)) return rejected({ code: 'invoice_refund_not_found' });
  const { applicationId, amount } = known.part;
  const application = state.applications.find((one) => one.applicationId === applicationId);
  const isUnderWay =
    application !== undefined &&
    refundsUnderWay(state, application).some((part) => part.reversalId === reversalId);
  if (!isUnderWay) return nothingToDo;
  const { invoiceRefundId } = known.refund;
  return accepted({
    type: 'InvoiceRefundPartRefused',
    ...{ at, invoiceRefundId, applicationId, reversalId, amount, code },
  });
}
