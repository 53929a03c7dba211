import { bookCharge, note } from './balance-transactions.js';
import { AUTHORIZATION_SECONDS, createCharge, updateCharge } from './charges.js';
import type { DeclineReason } from './decline-reasons.js';
import { declineReason } from './decline-reasons.js';
import { emit } from './events.js';
import type { JsonObject } from './json.js';
import type { MethodState } from './method-behaviour.js';
import { changeIntent } from './payment-intent-object.js';
import { attachTo, customerNamed, stateOf } from './payment-methods.js';
import type { PaymentIntent, PaymentMethod } from './resources.js';
import { schedule } from './schedule.js';
import { StripeFault } from './stripe-fault.js';
import type { Cause, World } from './world.js';

/** The circumstances of one attempt to pay. */
export type AttemptContext = {
  readonly authenticated: boolean;
  readonly offSession: boolean;
  readonly returnUrl: string | null;
  readonly errorOnAction: boolean;
  readonly forcedDecline: DeclineReason | null;
};

/** Where an attempt left the intent; `refusal` is the 402 that an API caller is answered. */
export type AttemptResult = { readonly intent: PaymentIntent; readonly refusal: StripeFault | null };

/** Tries to pay an intent with a method and brings it to the status that follows. */
export function attemptPayment(
  world: World,
  cause: Cause,
  intent: PaymentIntent,
  method: PaymentMethod,
  context: AttemptContext,
): AttemptResult {
  const state = stateOf(world, method);
  const step = nextStep(intent, state, context);
  switch (step.kind) {
    case 'decline':
      return decline(world, cause, intent, method, step.reason, context.authenticated);
    case 'authenticate':
      return { intent: requireAction(world, cause, intent, method, context), refusal: null };
    case 'process':
      return { intent: startProcessing(world, cause, intent, method, state), refusal: null };
    case 'approve':
      return { intent: approve(world, cause, intent, method, state, context), refusal: null };
  }
}

type Step =
  | { readonly kind: 'decline'; readonly reason: DeclineReason }
  | { readonly kind: 'authenticate' | 'process' | 'approve' };

function nextStep(intent: PaymentIntent, state: MethodState, context: AttemptContext): Step {
  const { behaviour } = state;
  const { authenticated, offSession } = context;
  if (context.forcedDecline !== null) return { kind: 'decline', reason: context.forcedDecline };
  const requested = requestsThreeDSecure(intent) && !offSession;
  if (requested && behaviour.threeDSecure === 'error') {
    return { kind: 'decline', reason: declineReason('generic_decline') };
  }
  const needed =
    behaviour.authentication === 'always' ||
    (behaviour.authentication === 'unless_set_up' && !state.setUp) ||
    (behaviour.authentication === 'on_session' && !offSession) ||
    (requested && behaviour.threeDSecure === 'challenge');
  if (needed && !authenticated) {
    return offSession || context.errorOnAction
      ? { kind: 'decline', reason: declineReason('authentication_required') }
      : { kind: 'authenticate' };
  }
  if (behaviour.decline !== null) return { kind: 'decline', reason: behaviour.decline };
  return { kind: behaviour.settlement === null ? 'approve' : 'process' };
}

function requestsThreeDSecure(intent: PaymentIntent): boolean {
  const card = (intent.payment_method_options as JsonObject | null)?.['card'] as JsonObject | undefined;
  const request = card?.['request_three_d_secure'];
  return request === 'any' || request === 'challenge';
}

function decline(
  world: World,
  cause: Cause,
  intent: PaymentIntent,
  method: PaymentMethod,
  reason: DeclineReason,
  authenticated: boolean,
): AttemptResult {
  const { behaviour } = stateOf(world, method);
  const charge = createCharge(world, intent, method, {
    status: 'failed',
    captured: false,
    behaviour,
    decline: reason,
    authenticated,
  });
  const fault = new StripeFault(402, {
    type: 'card_error',
    charge: charge.id,
    code: reason.code,
    decline_code: reason.declineCode,
    message: reason.message,
    param: reason.param,
    advice_code: reason.adviceCode,
    payment_method: method,
  });
  const failed = changeIntent(world, intent, {
    status: 'requires_payment_method',
    payment_method: null,
    next_action: null,
    latest_charge: charge.id,
    last_payment_error: fault.body()['error'] as JsonObject,
  });
  world.store.remove('attempt', intent.id);
  emit(world, cause, 'charge.failed', charge);
  emit(world, cause, 'payment_intent.payment_failed', failed);
  return { intent: failed, refusal: new StripeFault(402, { ...fault.fields, payment_intent: failed }) };
}

function requireAction(
  world: World,
  cause: Cause,
  intent: PaymentIntent,
  method: PaymentMethod,
  context: AttemptContext,
): PaymentIntent {
  const url = `${world.settings.publicUrl}/sim/3ds/${intent.id}`;
  const nextAction: JsonObject =
    context.returnUrl === null
      ? {
          type: 'use_stripe_sdk',
          use_stripe_sdk: {
            type: 'three_d_secure_redirect',
            source: world.ids.mint('payatt_3'),
            stripe_js: url,
          },
        }
      : { type: 'redirect_to_url', redirect_to_url: { return_url: context.returnUrl, url } };
  world.store.put('attempt', {
    id: intent.id,
    authenticated: false,
    off_session: context.offSession,
    return_url: context.returnUrl,
  });
  const waiting = changeIntent(world, intent, {
    status: 'requires_action',
    payment_method: method.id,
    next_action: nextAction,
    last_payment_error: null,
  });
  emit(world, cause, 'payment_intent.requires_action', waiting);
  return waiting;
}

function approve(
  world: World,
  cause: Cause,
  intent: PaymentIntent,
  method: PaymentMethod,
  state: MethodState,
  context: AttemptContext,
): PaymentIntent {
  const manual = intent.capture_method === 'manual';
  const charge = createCharge(world, intent, method, {
    status: 'succeeded',
    captured: !manual,
    behaviour: state.behaviour,
    decline: null,
    authenticated: context.authenticated,
  });
  const base = {
    payment_method: method.id,
    next_action: null,
    last_payment_error: null,
    latest_charge: charge.id,
  };
  world.store.remove('attempt', intent.id);
  const used = settleMethod(world, cause, intent, method, state);
  if (manual) {
    schedule(world, 'expire_authorization', intent.id, AUTHORIZATION_SECONDS * 1000);
    const held = changeIntent(world, intent, {
      ...base,
      status: 'requires_capture',
      amount_capturable: intent.amount,
    });
    emit(world, cause, 'charge.succeeded', charge);
    emit(world, cause, 'payment_intent.amount_capturable_updated', held);
    return held;
  }
  const paid = changeIntent(world, intent, { ...base, status: 'succeeded', amount_received: intent.amount });
  note(world, 'charge_captured', charge, null);
  const balance = bookCharge(world, charge, charge.amount, used.behaviour.funds).id;
  if (intent.capture_method === 'automatic') {
    const booked = world.store.put('charge', { ...charge, balance_transaction: balance });
    emit(world, cause, 'charge.succeeded', booked);
    emit(world, cause, 'payment_intent.succeeded', paid);
    return paid;
  }
  // Asynchronous capture: the first events show no balance transaction, a later one brings it.
  emit(world, cause, 'charge.succeeded', charge);
  emit(world, cause, 'payment_intent.succeeded', paid);
  updateCharge(world, cause, charge, { balance_transaction: balance }, 'charge.updated');
  return paid;
}

/** After a use, a method is kept for its customer, set up for later, or used up. */
function settleMethod(
  world: World,
  cause: Cause,
  intent: PaymentIntent,
  method: PaymentMethod,
  state: MethodState,
): MethodState {
  const keeps = intent.setup_future_usage !== null;
  if (keeps && intent.customer !== null) {
    attachTo(world, cause, method, customerNamed(world, intent.customer));
    return world.store.put('method_state', { ...state, setUp: true });
  }
  return method.customer === null ? world.store.put('method_state', { ...state, consumed: true }) : state;
}

function startProcessing(
  world: World,
  cause: Cause,
  intent: PaymentIntent,
  method: PaymentMethod,
  state: MethodState,
): PaymentIntent {
  const charge = createCharge(world, intent, method, {
    status: 'pending',
    captured: true,
    behaviour: state.behaviour,
    decline: null,
    authenticated: false,
  });
  settleMethod(world, cause, intent, method, state);
  const processing = changeIntent(world, intent, {
    status: 'processing',
    payment_method: method.id,
    next_action: null,
    last_payment_error: null,
    latest_charge: charge.id,
  });
  if (state.behaviour.settlement?.outcome !== 'stays') {
    schedule(world, 'settle_payment', intent.id, world.settings.settlementMs);
  }
  emit(world, cause, 'charge.pending', charge);
  emit(world, cause, 'payment_intent.processing', processing);
  return processing;
}
