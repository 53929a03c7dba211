import { bookCharge, note } from './balance-transactions.js';
import { chargeOf, updateCharge } from './charges.js';
import { assertChargeableAmount, assertStep, parseCurrency } from './currencies.js';
import { emit } from './events.js';
import type { ListObject } from './listing.js';
import { listPage } from './listing.js';
import { methodFromParameters } from './method-objects.js';
import { flag, hash, integer, mergedMetadata, text } from './parameter-access.js';
import type { AttemptContext } from './payment-attempts.js';
import { attemptPayment } from './payment-attempts.js';
import { changeIntent, intentNamed, newIntent, patchFromParameters } from './payment-intent-object.js';
import { alreadyUsed, customerNamed, methodNamed, stateOf } from './payment-methods.js';
import type { PaymentIntent, PaymentIntentStatus, PaymentMethod } from './resources.js';
import { unschedule } from './schedule.js';
import type { StripeFault } from './stripe-fault.js';
import { invalidRequest } from './stripe-fault.js';
import type { Call, Cause, World } from './world.js';

export function createIntent(world: World, call: Call): PaymentIntent {
  const customer = text(call.params, 'customer') ?? null;
  if (customer !== null) customerNamed(world, customer);
  const method = methodOfCall(world, call);
  const confirms = flag(call.params, 'confirm') === true;
  const draft = newIntent(world, call, method, customer);
  if (method !== null) checkMethod(world, draft, method);
  if (confirms) checkConfirmable(world, call, draft, method);
  const intent = world.store.put('payment_intent', draft);
  emit(world, call, 'payment_intent.created', intent);
  return confirms && method !== null ? attempt(world, call, intent, method) : intent;
}

export function retrieveIntent(world: World, call: Call): PaymentIntent {
  return intentNamed(world, call.id);
}

export function listIntents(world: World, call: Call): ListObject {
  const customer = text(call.params, 'customer');
  return listPage(world, 'payment_intent', call, {
    by: customer === undefined ? undefined : ['customer', customer],
  });
}

export function confirmIntent(world: World, call: Call): PaymentIntent {
  const before = intentNamed(world, call.id);
  if (before.status === 'succeeded' || before.status === 'requires_capture') {
    throw unexpectedState(
      'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.',
      before,
    );
  }
  const open: readonly PaymentIntentStatus[] = [
    'requires_payment_method',
    'requires_confirmation',
    'requires_action',
  ];
  if (!open.includes(before.status)) {
    throw unexpectedState(
      wrongStatus('You cannot confirm this PaymentIntent', before, 'confirmed', open),
      before,
    );
  }
  const named = methodOfCall(world, call);
  const method = named ?? currentMethod(world, before);
  const patched = { ...before, ...patchFromParameters(before, call.params) } as PaymentIntent;
  if (method !== null) checkMethod(world, patched, method);
  checkConfirmable(world, call, patched, method);
  if (method === null) return before;
  return attempt(world, call, patched, method);
}

function attempt(world: World, call: Call, intent: PaymentIntent, method: PaymentMethod): PaymentIntent {
  const offSession = text(call.params, 'off_session');
  const waiting = world.store.get('attempt', intent.id);
  const context: AttemptContext = {
    authenticated: waiting?.authenticated === true && intent.payment_method === method.id,
    offSession: offSession !== undefined && offSession !== 'false',
    returnUrl: text(call.params, 'return_url') ?? null,
    errorOnAction: flag(call.params, 'error_on_requires_action') === true,
    forcedDecline: call.forcedDecline,
  };
  const { intent: result, refusal } = attemptPayment(world, call, intent, method, context);
  if (refusal !== null) throw refusal;
  return result;
}

function methodOfCall(world: World, call: Call): PaymentMethod | null {
  const id = text(call.params, 'payment_method');
  if (id !== undefined) return methodNamed(world, id);
  const data = hash(call.params, 'payment_method_data');
  return data ? methodFromParameters(world, data, 'payment_method_data') : null;
}

function currentMethod(world: World, intent: PaymentIntent): PaymentMethod | null {
  return world.store.get('payment_method', intent.payment_method ?? '') ?? null;
}

function checkMethod(world: World, intent: PaymentIntent, method: PaymentMethod): void {
  if (method.customer !== null && method.customer !== intent.customer) {
    throw invalidRequest(
      intent.customer === null
        ? 'The payment method you provided is attached to a customer so for security purposes you must provide ' +
            'the customer in the request.'
        : `The customer does not have a payment method with the ID ${method.id}. The payment method must be ` +
            'attached to the customer.',
      { param: 'payment_method' },
    );
  }
  if (stateOf(world, method).consumed) throw alreadyUsed();
  const allowed = intent.allowed_payment_method_types;
  if (allowed !== null && !allowed.includes(method.type)) {
    throw invalidRequest(
      `The PaymentMethod provided (${method.type}) is not allowed for this PaymentIntent. Please attach a ` +
        'PaymentMethod of one of the following types: ' +
        `${allowed.join(', ')}.`,
      { code: 'payment_intent_incompatible_payment_method', param: 'payment_method' },
    );
  }
}

function checkConfirmable(
  world: World,
  call: Call,
  intent: PaymentIntent,
  method: PaymentMethod | null,
): void {
  if (method === null) {
    throw unexpectedState(
      "You cannot confirm this PaymentIntent because it's missing a payment method. Update the PaymentIntent " +
        'with a payment method and then confirm it again.',
      intent,
    );
  }
  const automatic = intent.automatic_payment_methods;
  // The types that the simulator knows do not redirect, so an explicit list of them settles the question.
  const mayRedirect =
    intent.allowed_payment_method_types === null &&
    automatic?.enabled === true &&
    automatic.allow_redirects !== 'never';
  const present = text(call.params, 'off_session');
  const offSession = present !== undefined && present !== 'false';
  const returnUrl = text(call.params, 'return_url');
  if (world.settings.redirectMethods && mayRedirect && !offSession && returnUrl === undefined) {
    throw invalidRequest(
      'This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of ' +
        'these payment methods might redirect your customer off of your page, you must provide a `return_url`. ' +
        "If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` " +
        'to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and ' +
        'Payment Intents.',
      { param: 'return_url' },
    );
  }
}

export function updateIntent(world: World, call: Call): PaymentIntent {
  const before = intentNamed(world, call.id);
  const { params } = call;
  const amount = integer(params, 'amount');
  const currency = text(params, 'currency');
  const open = ['requires_payment_method', 'requires_confirmation', 'requires_action'].includes(
    before.status,
  );
  const names = ['amount', 'currency', 'payment_method', 'payment_method_data', 'customer', 'capture_method'];
  const fixed = names.find((name) => params.has(name));
  if (!open && fixed !== undefined) {
    throw unexpectedState(
      `This PaymentIntent's ${fixed} could not be updated because it has a status of ${before.status}. You may ` +
        'only update the ' +
        `${fixed} of a PaymentIntent with one of the following statuses: requires_payment_method, ` +
        'requires_confirmation, requires_action.',
      before,
    );
  }
  const nextCurrency = currency === undefined ? before.currency : parseCurrency(currency);
  if (amount !== undefined || currency !== undefined) {
    assertChargeableAmount(amount ?? before.amount, nextCurrency, 'amount');
  }
  const customer = text(params, 'customer');
  if (customer !== undefined) customerNamed(world, customer);
  const method = methodOfCall(world, call);
  const patch = {
    ...patchFromParameters(before, params),
    ...(amount === undefined ? {} : { amount }),
    currency: nextCurrency,
    ...(customer === undefined ? {} : { customer }),
    ...(method === null ? {} : { payment_method: method.id, status: 'requires_confirmation' as const }),
    ...(method === null || before.next_action === null ? {} : { next_action: null }),
  };
  if (method !== null) checkMethod(world, { ...before, ...patch } as PaymentIntent, method);
  // Stripe has no event for a changed payment intent.
  return changeIntent(world, before, patch);
}

export function captureIntent(world: World, call: Call): PaymentIntent {
  const before = intentNamed(world, call.id);
  if (before.status !== 'requires_capture') {
    throw unexpectedState(
      before.status === 'succeeded'
        ? 'This PaymentIntent could not be captured because it has already been captured.'
        : wrongStatus('This PaymentIntent could not be captured', before, 'captured', ['requires_capture']),
      before,
    );
  }
  const amount = integer(call.params, 'amount_to_capture') ?? before.amount_capturable;
  if (amount > before.amount_capturable) {
    throw invalidRequest('The requested capture amount is greater than the authorized amount.', {
      code: 'amount_too_large',
      param: 'amount_to_capture',
    });
  }
  assertStep(amount, before.currency, 'amount_to_capture');
  const charge = chargeOf(world, before.latest_charge ?? '');
  const method = currentMethod(world, before);
  const funds = method === null ? 'pending' : stateOf(world, method).behaviour.funds;
  unschedule(world, before.id);
  note(world, 'charge_captured', charge, null, { amount });
  if (amount < charge.amount)
    note(world, 'charge_released', charge, null, { amount: charge.amount - amount });
  const balance = bookCharge(world, charge, amount, funds);
  const patch = { captured: true, amount_captured: amount, balance_transaction: balance.id };
  updateCharge(world, call, charge, patch, 'charge.captured');
  const paid = changeIntent(world, before, {
    status: 'succeeded',
    amount_capturable: 0,
    amount_received: amount,
    ...patchFromParameters(before, call.params),
    metadata: mergedMetadata(before.metadata, call.params),
  });
  emit(world, call, 'payment_intent.succeeded', paid);
  return paid;
}

const CANCELABLE: readonly PaymentIntentStatus[] = [
  'requires_payment_method',
  'requires_capture',
  'requires_confirmation',
  'requires_action',
  'processing',
];

export function cancelIntent(world: World, call: Call): PaymentIntent {
  const before = intentNamed(world, call.id);
  if (!CANCELABLE.includes(before.status)) {
    throw unexpectedState(
      wrongStatus('You cannot cancel this PaymentIntent', before, 'canceled', CANCELABLE),
      before,
    );
  }
  return cancel(world, call, before, text(call.params, 'cancellation_reason') ?? null);
}

/** Cancels an intent and lets go of what it held; lapsed authorizations come here too. */
export function cancel(
  world: World,
  cause: Cause,
  before: PaymentIntent,
  reason: string | null,
): PaymentIntent {
  unschedule(world, before.id);
  world.store.remove('attempt', before.id);
  const canceled = changeIntent(world, before, {
    status: 'canceled',
    canceled_at: world.clock.nowSeconds(),
    cancellation_reason: reason,
    amount_capturable: 0,
    next_action: null,
  });
  if (before.status === 'requires_capture') {
    const charge = chargeOf(world, before.latest_charge ?? '');
    note(world, 'charge_released', charge, null);
    // Stripe shows a released hold as a refunded charge that was never captured.
    const patch = { refunded: true, amount_refunded: charge.amount };
    updateCharge(world, cause, charge, patch, reason === 'automatic' ? 'charge.expired' : 'charge.refunded');
  }
  if (before.status === 'processing') {
    const charge = chargeOf(world, before.latest_charge ?? '');
    note(world, 'charge_released', charge, null);
    const patch = { status: 'failed', captured: false, amount_captured: 0 } as const;
    updateCharge(world, cause, charge, patch, 'charge.failed');
  }
  emit(world, cause, 'payment_intent.canceled', canceled);
  return canceled;
}

function wrongStatus(
  start: string,
  intent: PaymentIntent,
  verb: string,
  statuses: readonly PaymentIntentStatus[],
): string {
  return (
    `${start} because it has a status of ${intent.status}. Only a PaymentIntent with one of the following ` +
    `statuses may be ${verb}: ${statuses.join(', ')}.`
  );
}

function unexpectedState(message: string, intent: PaymentIntent): StripeFault {
  return invalidRequest(message, { code: 'payment_intent_unexpected_state', payment_intent: intent });
}
