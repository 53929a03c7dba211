import { bookRefund, bookRefundFailure, note } from './balance-transactions.js';
import { chargeOf, updateCharge } from './charges.js';
import { assertStep, displayAmount } from './currencies.js';
import { blocksRefunds } from './disputes.js';
import { emit, previousAttributes } from './events.js';
import type { ListObject } from './listing.js';
import { listPage } from './listing.js';
import { integer, mergedMetadata, text } from './parameter-access.js';
import { missingParameter } from './parameters.js';
import { intentNamed } from './payment-intent-object.js';
import { stateOf } from './payment-methods.js';
import type { Charge, PaymentIntent, Refund, RefundStatus } from './resources.js';
import { schedule, unschedule } from './schedule.js';
import { invalidRequest, resourceMissing } from './stripe-fault.js';
import type { Call, Cause, World } from './world.js';

export function createRefund(world: World, call: Call): Refund {
  const charge = refundedCharge(world, call);
  if (blocksRefunds(world, charge)) {
    throw invalidRequest(`Charge ${charge.id} has been charged back; cannot issue a refund.`, {
      code: 'charge_disputed',
    });
  }
  const remaining = charge.amount_captured - charge.amount_refunded;
  if (remaining <= 0) {
    throw invalidRequest(`Charge ${charge.id} has already been refunded.`, {
      code: 'charge_already_refunded',
    });
  }
  const amount = integer(call.params, 'amount') ?? remaining;
  if (amount > remaining) {
    throw invalidRequest(
      `Refund amount (${displayAmount(amount, charge.currency)}) is greater than unrefunded amount on charge ` +
        `(${displayAmount(remaining, charge.currency)})`,
      { param: 'amount' },
    );
  }
  assertStep(amount, charge.currency, 'amount');
  const fate = fateOf(world, charge);
  const draft: Refund = {
    id: world.ids.mint(charge.payment_method_details.type === 'card' ? 're_3' : 'pyr_1'),
    object: 'refund',
    amount,
    balance_transaction: null,
    charge: charge.id,
    created: world.clock.nowSeconds(),
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: destination(charge),
    metadata: mergedMetadata({}, call.params),
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: text(call.params, 'reason') ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: fate === 'pending' ? 'pending' : 'succeeded',
    transfer_reversal: null,
  };
  note(world, 'refund_created', charge, draft);
  const booking = bookRefund(world, charge, draft);
  const refund = world.store.put('refund', { ...draft, balance_transaction: booking.id });
  if (fate === 'pending') schedule(world, 'succeed_refund', refund.id, world.settings.refundOutcomeMs);
  else note(world, 'refund_succeeded', charge, refund);
  if (fate === 'fails') schedule(world, 'fail_refund', refund.id, world.settings.refundOutcomeMs);
  const refunded = charge.amount_refunded + amount;
  const patch = { amount_refunded: refunded, refunded: refunded === charge.amount_captured };
  updateCharge(world, call, charge, patch, 'charge.refunded');
  emit(world, call, 'refund.created', refund);
  return refund;
}

function refundedCharge(world: World, call: Call): Charge {
  const chargeId = text(call.params, 'charge');
  const intentId = text(call.params, 'payment_intent');
  if (chargeId === undefined && intentId === undefined) throw missingParameter('payment_intent');
  const intent = intentId === undefined ? null : intentNamed(world, intentId, 'parameter', 'payment_intent');
  const id = chargeId ?? intent?.latest_charge ?? '';
  const charge = world.store.get('charge', id);
  if (charge === undefined) {
    if (chargeId !== undefined) throw resourceMissing('charge', chargeId, 'charge', 'parameter');
    throw nothingToRefund(intent);
  }
  if (intent !== null && charge.payment_intent !== intent.id) {
    throw invalidRequest('The charge does not belong to the payment intent.', { param: 'charge' });
  }
  if (charge.status !== 'succeeded' || !charge.captured) throw nothingToRefund(intent, charge);
  return charge;
}

function nothingToRefund(intent: PaymentIntent | null, charge?: Charge): Error {
  return intent === null
    ? invalidRequest(
        `Charge ${charge?.id ?? ''} is not a successful captured charge and cannot be refunded.`,
        {
          code: 'charge_not_refundable',
          param: 'charge',
        },
      )
    : invalidRequest(`This PaymentIntent (${intent.id}) does not have a successful charge to refund.`, {
        code: 'payment_intent_unexpected_state',
        param: 'payment_intent',
      });
}

function fateOf(world: World, charge: Charge): 'immediate' | 'pending' | 'fails' {
  const method = world.store.get('payment_method', charge.payment_method ?? '');
  return method === undefined ? 'immediate' : stateOf(world, method).behaviour.refund;
}

function destination(charge: Charge): Refund['destination_details'] {
  const type = charge.payment_method_details.type;
  return type === 'card' ? { card: { type: 'refund' }, type } : { [type]: {}, type };
}

export function retrieveRefund(world: World, call: Call): Refund {
  const refund = world.store.get('refund', call.id);
  if (refund === undefined) throw resourceMissing('refund', call.id, 'refund', 'url');
  return refund;
}

export function listRefunds(world: World, call: Call): ListObject {
  const charge = text(call.params, 'charge') ?? (call.id === '' ? undefined : call.id);
  const intent = text(call.params, 'payment_intent');
  return listPage(world, 'refund', call, {
    by:
      charge !== undefined
        ? ['charge', charge]
        : intent === undefined
          ? undefined
          : ['payment_intent', intent],
    test: (refund) => intent === undefined || refund.payment_intent === intent,
  });
}

export function changeRefund(world: World, call: Call): Refund {
  const before = retrieveRefund(world, call);
  return replace(world, call, before, { metadata: mergedMetadata(before.metadata, call.params) });
}

/** The API cancels only refunds that wait for the customer; card refunds are canceled in the dashboard. */
export function cancelRefund(world: World, call: Call): Refund {
  const before = retrieveRefund(world, call);
  if (before.status !== 'requires_action') {
    throw invalidRequest(
      `The refund ${before.id} cannot be canceled because it has a status of ${before.status}. Only a refund ` +
        'with the status requires_action may be canceled.',
      { code: 'refund_unexpected_state' },
    );
  }
  return undoRefund(world, call, before, 'canceled');
}

/** Brings a pending refund to its good end. */
export function succeedRefund(world: World, cause: Cause, before: Refund): Refund {
  unschedule(world, before.id);
  note(world, 'refund_succeeded', chargeOf(world, before.charge), before);
  return replace(world, cause, before, { status: 'succeeded' });
}

/** Puts a refund on hold until the customer acts, as for methods that need bank details. */
export function holdRefund(world: World, before: Refund): Refund {
  unschedule(world, before.id);
  return replace(world, null, before, { status: 'requires_action' });
}

/**
 * A refund that failed or was canceled, perhaps after it had succeeded: the money comes back to the balance
 * with a transaction of its own and the charge may be refunded again.
 */
export function undoRefund(
  world: World,
  cause: Cause,
  before: Refund,
  status: Extract<RefundStatus, 'failed' | 'canceled'>,
): Refund {
  unschedule(world, before.id);
  const charge = chargeOf(world, before.charge);
  note(world, status === 'failed' ? 'refund_failed' : 'refund_canceled', charge, before);
  const booking = bookRefundFailure(world, charge, before);
  const after = replace(world, cause, before, {
    status,
    failure_balance_transaction: booking.id,
    ...(status === 'failed' ? { failure_reason: 'expired_or_canceled_card' } : {}),
  });
  const refunded = charge.amount_refunded - before.amount;
  updateCharge(world, cause, charge, { amount_refunded: refunded, refunded: false }, 'charge.updated');
  if (status === 'failed') emit(world, cause, 'refund.failed', after);
  return after;
}

function replace(world: World, cause: Cause, before: Refund, patch: Partial<Refund>): Refund {
  const next = world.store.put('refund', { ...before, ...patch } as Refund);
  const previous = previousAttributes(before, next);
  emit(world, cause, 'refund.updated', next, previous);
  emit(world, cause, 'charge.refund.updated', next, previous);
  return next;
}
