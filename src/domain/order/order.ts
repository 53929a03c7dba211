import { impossible } from '../shared/corrupt-stream.js';
import type { Decider, Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import { compare, equals, isPositive, subtract } from '../shared/money.js';
import { schedule } from '../shared/plan-schedule.js';
import { stepOf } from '../shared/plan-terms.js';
import { sameData } from '../shared/same-data.js';
import type { OrderCommand, OrderCommandOf, OrderDetails, OrderEvent } from './messages.js';
import type { ApprovedOrder, ExistingOrder, OrderRejection, OrderState, UnapprovedOrder } from './state.js';
import { isApproved } from './state.js';

type OrderDecision = Decision<OrderEvent, OrderRejection>;

/** The rules of one order: from its configuration over its payment to its completion. */
export const order: Decider<OrderState, OrderCommand, OrderEvent, OrderRejection> = {
  initialState: { status: 'absent' },
  decide,
  evolve,
};

function decide(state: OrderState, command: OrderCommand): OrderDecision {
  switch (command.type) {
    case 'OpenOrder':
      return open(state, command);
    case 'SetOrderTotal':
      return setTotal(state, command);
    case 'StartOrderAnalysis':
      return withTotal(state, command, (priced) =>
        advance(priced, command, 'configuring', 'analyzing', 'OrderAnalysisStarted'),
      );
    case 'StartOrderReview':
      return withTotal(state, command, (priced) =>
        advance(priced, command, 'analyzing', 'reviewing', 'OrderReviewStarted'),
      );
    case 'ApproveOrder':
      return withTotal(state, command, (priced) => approve(priced, command));
    case 'MarkOrderPaid':
      return markPaid(state, command);
    case 'StartOrderWork':
      return withTotal(state, command, (priced) => startWork(priced, command));
    case 'CompleteOrder':
      return complete(state, command);
    case 'CancelOrder':
      return cancel(state, command);
  }
}

/** Sets or amends the total and takes the step, both or neither. */
function withTotal(
  state: OrderState,
  { at, total }: { readonly at: Instant; readonly total: Money | null },
  step: (state: OrderState) => OrderDecision,
): OrderDecision {
  if (total === null) return step(state);
  const priced = setTotal(state, { type: 'SetOrderTotal', at, total });
  if (priced.outcome === 'rejected') return priced;
  const taken = step(priced.events.reduce(evolve, state));
  return taken.outcome === 'rejected' ? taken : accepted(...priced.events, ...taken.events);
}

function open(state: OrderState, command: OrderCommandOf<'OpenOrder'>): OrderDecision {
  const { at, details, total } = command;
  if (state.status !== 'absent') {
    return sameData(state.details, details) ? nothingToDo : rejected({ code: 'order_already_exists' });
  }
  const opened: OrderEvent = { type: 'OrderOpened', at, ...details };
  if (total === null) return accepted(opened);
  const refusal = refuseTotal(details, total);
  if (refusal !== undefined) return rejected(refusal);
  return accepted<OrderEvent>(opened, { type: 'OrderTotalSet', at, total });
}

/** Before the approval a total is set; after it, it is amended, as long as not all of it is paid. */
function setTotal(state: OrderState, command: OrderCommandOf<'SetOrderTotal'>): OrderDecision {
  const { at, total } = command;
  switch (state.status) {
    case 'absent':
      return rejected({ code: 'order_not_found' });
    case 'configuring':
    case 'analyzing':
    case 'reviewing': {
      if (state.total !== null && equals(state.total, total)) return nothingToDo;
      const refusal = refuseTotal(state.details, total);
      return refusal === undefined ? accepted({ type: 'OrderTotalSet', at, total }) : rejected(refusal);
    }
    case 'payment_pending':
    case 'paid':
    case 'in_progress':
      return amend(state, command);
    case 'completed':
    case 'canceled':
      return rejected({ code: 'order_total_not_amendable', status: state.status });
  }
}

function amend(state: ApprovedOrder, { at, total }: OrderCommandOf<'SetOrderTotal'>): OrderDecision {
  if (equals(state.total, total)) return nothingToDo;
  const refusal = refuseTotal(state.details, total) ?? refuseDifference(state, total);
  if (refusal !== undefined) return rejected(refusal);
  if (state.settled !== null) {
    // The plan of an order that is paid in full is over, so nothing would ask for the difference.
    if (state.terms.releasesOrder !== 'first_part_settled' || compare(state.settled, state.total) >= 0) {
      return rejected({ code: 'order_total_not_amendable', status: 'paid' });
    }
    if (compare(total, state.settled) < 0) {
      return rejected({ code: 'order_total_below_settled', settled: state.settled });
    }
  }
  return accepted({
    ...{ type: 'OrderTotalAmended', at, from: state.total, to: total },
    change: state.changes + 1,
  });
}

/** The difference is asked for, or not any more, as the last part is: what is collected by itself comes in whole steps. */
function refuseDifference({ total: before, terms }: ApprovedOrder, total: Money): OrderRejection | undefined {
  const isEven = subtract(total, before).minor % stepOf(terms) === 0n;
  const isByHand = terms.parts.at(-1)?.collect === 'manual';
  return isEven || isByHand ? undefined : { code: 'plan_part_not_collectable', part: null };
}

function refuseTotal(details: OrderDetails, total: Money): OrderRejection | undefined {
  if (total.currency !== details.currency) return { code: 'currency_mismatch', part: null };
  return isPositive(total) ? undefined : { code: 'amount_not_positive' };
}

function advance(
  state: OrderState,
  { at }: OrderCommand,
  from: 'configuring' | 'analyzing',
  to: 'analyzing' | 'reviewing',
  type: 'OrderAnalysisStarted' | 'OrderReviewStarted',
): OrderDecision {
  if (state.status === 'absent') return rejected({ code: 'order_not_found' });
  if (state.status === to) return nothingToDo;
  return state.status === from ? accepted({ type, at }) : refuseTransition(state, to);
}

function refuseTransition(state: ExistingOrder, to: string): OrderDecision {
  return rejected({ code: 'order_transition_refused', from: state.status, to });
}

/** Only terms that the total can be paid by are approved: what follows from the approval must not fail of them. */
function approve(state: OrderState, command: OrderCommandOf<'ApproveOrder'>): OrderDecision {
  const { terms } = command;
  switch (state.status) {
    case 'absent':
      return rejected({ code: 'order_not_found' });
    case 'reviewing':
      return approveTotal(state.total, command);
    case 'payment_pending':
      return sameData(state.terms, terms) ? nothingToDo : refuseTransition(state, 'payment_pending');
    case 'configuring':
    case 'analyzing':
    case 'paid':
    case 'in_progress':
    case 'completed':
    case 'canceled':
      return refuseTransition(state, 'payment_pending');
  }
}

function approveTotal(
  total: Money | null,
  { at, terms, approvedOn, zone }: OrderCommandOf<'ApproveOrder'>,
): OrderDecision {
  if (total === null) return rejected({ code: 'order_without_total' });
  const scheduled = schedule(terms, total, approvedOn);
  if (scheduled.outcome === 'refused') return rejected(scheduled.refusal);
  return accepted({ type: 'OrderApproved', at, total, terms, approvedOn, zone });
}

/**
 * Paid exactly once, and only when what is settled covers what is asked for: the total as it is now, less what was forgiven of
 * it, or the first part where the terms release the order on it.
 */
function markPaid(state: OrderState, command: OrderCommandOf<'MarkOrderPaid'>): OrderDecision {
  const { at, settled, forgiven, deposit } = command;
  switch (state.status) {
    case 'absent':
      return rejected({ code: 'order_not_found' });
    case 'configuring':
    case 'analyzing':
    case 'reviewing':
    case 'canceled':
      return refuseTransition(state, 'paid');
    case 'payment_pending':
    case 'paid':
    case 'in_progress':
    case 'completed': {
      if (state.settled !== null) return nothingToDo;
      const { currency } = state.total;
      if ([settled, forgiven, deposit ?? settled].some((amount) => amount.currency !== currency)) {
        return rejected({ code: 'currency_mismatch', part: null });
      }
      const onDeposit = state.terms.releasesOrder === 'first_part_settled' && deposit !== null;
      const required = onDeposit ? deposit : subtract(state.total, forgiven);
      if (!isPositive(settled) || compare(settled, required) < 0) {
        return rejected({ code: 'order_not_covered', required });
      }
      return accepted({ type: 'OrderPaid', at, settled });
    }
  }
}

function startWork(state: OrderState, { at }: OrderCommandOf<'StartOrderWork'>): OrderDecision {
  switch (state.status) {
    case 'absent':
      return rejected({ code: 'order_not_found' });
    case 'in_progress':
      return nothingToDo;
    case 'paid':
      return accepted({ type: 'OrderWorkStarted', at });
    case 'payment_pending':
      return state.terms.releasesOrder === 'approved'
        ? accepted({ type: 'OrderWorkStarted', at })
        : rejected({ code: 'order_not_paid' });
    case 'configuring':
    case 'analyzing':
    case 'reviewing':
    case 'completed':
    case 'canceled':
      return refuseTransition(state, 'in_progress');
  }
}

function complete(state: OrderState, { at }: OrderCommandOf<'CompleteOrder'>): OrderDecision {
  if (state.status === 'absent') return rejected({ code: 'order_not_found' });
  if (state.status === 'completed') return nothingToDo;
  if (state.status === 'in_progress') return accepted({ type: 'OrderCompleted', at });
  return refuseTransition(state, 'completed');
}

function cancel(state: OrderState, { at }: OrderCommandOf<'CancelOrder'>): OrderDecision {
  if (state.status === 'absent') return rejected({ code: 'order_not_found' });
  if (state.status === 'canceled') return nothingToDo;
  if (state.status === 'completed') return refuseTransition(state, 'canceled');
  return accepted({ type: 'OrderCanceled', at, settled: isApproved(state) ? state.settled : null });
}

function evolve(state: OrderState, event: OrderEvent): OrderState {
  if (event.type === 'OrderOpened') {
    if (state.status !== 'absent') return impossible(state.status, event.type);
    const { type: _type, at, ...details } = event;
    return { status: 'configuring', details, openedAt: at, total: null };
  }
  switch (state.status) {
    case 'absent':
    case 'canceled':
      return impossible(state.status, event.type);
    case 'configuring':
    case 'analyzing':
    case 'reviewing':
      return evolveUnapproved(state, event);
    case 'payment_pending':
    case 'paid':
    case 'in_progress':
    case 'completed':
      return evolveApproved(state, event);
  }
}

function evolveUnapproved(state: UnapprovedOrder, event: OrderEvent): OrderState {
  switch (event.type) {
    case 'OrderTotalSet':
      return { ...state, total: event.total };
    case 'OrderAnalysisStarted':
      return state.status === 'configuring'
        ? { ...state, status: 'analyzing' }
        : impossible(state.status, event.type);
    case 'OrderReviewStarted':
      return state.status === 'analyzing'
        ? { ...state, status: 'reviewing' }
        : impossible(state.status, event.type);
    case 'OrderApproved': {
      if (state.status !== 'reviewing') return impossible(state.status, event.type);
      const { total, terms, approvedOn, zone } = event;
      return {
        ...{ ...state, status: 'payment_pending', total, terms, approvedOn, zone },
        ...{ changes: 0, settled: null },
      };
    }
    case 'OrderCanceled':
      return { details: state.details, openedAt: state.openedAt, status: 'canceled', from: state };
    case 'OrderOpened':
    case 'OrderTotalAmended':
    case 'OrderPaid':
    case 'OrderWorkStarted':
    case 'OrderCompleted':
      return impossible(state.status, event.type);
  }
}

function evolveApproved(state: ApprovedOrder, event: OrderEvent): OrderState {
  switch (event.type) {
    case 'OrderTotalAmended':
      if (state.status === 'completed') return impossible(state.status, event.type);
      return { ...state, total: event.to, changes: event.change ?? state.changes + 1 };
    case 'OrderPaid':
      if (state.settled !== null) return impossible('paid', event.type);
      return {
        ...state,
        status: state.status === 'payment_pending' ? 'paid' : state.status,
        settled: event.settled,
      };
    case 'OrderWorkStarted':
      if (state.status !== 'payment_pending' && state.status !== 'paid') {
        return impossible(state.status, event.type);
      }
      return { ...state, status: 'in_progress' };
    case 'OrderCompleted':
      if (state.status !== 'in_progress') return impossible(state.status, event.type);
      return { ...state, status: 'completed' };
    case 'OrderCanceled':
      if (state.status === 'completed') return impossible(state.status, event.type);
      return { details: state.details, openedAt: state.openedAt, status: 'canceled', from: state };
    case 'OrderOpened':
    case 'OrderTotalSet':
    case 'OrderAnalysisStarted':
    case 'OrderReviewStarted':
    case 'OrderApproved':
      return impossible(state.status, event.type);
  }
}
