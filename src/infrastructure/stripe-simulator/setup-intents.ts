import type { DeclineReason } from './decline-reasons.js';
import { emit } from './events.js';
import type { Json, JsonObject } from './json.js';
import type { ListObject } from './listing.js';
import { listPage } from './listing.js';
import { methodFromParameters } from './method-objects.js';
import { clearableText, flag, free, hash, mergedMetadata, strings, text } from './parameter-access.js';
import { alreadyUsed, attachTo, customerNamed, methodNamed, stateOf } from './payment-methods.js';
import type { PaymentMethod, SetupIntent } from './resources.js';
import { invalidRequest, resourceMissing, StripeFault } from './stripe-fault.js';
import type { Call, Cause, World } from './world.js';

export function createSetupIntent(world: World, call: Call): SetupIntent {
  const { params } = call;
  const customer = text(params, 'customer') ?? null;
  if (customer !== null) customerNamed(world, customer);
  const method = methodOfCall(world, call);
  const id = world.ids.mint('seti_1');
  const types = strings(params, 'allowed_payment_method_types');
  const automatic = hash(params, 'automatic_payment_methods');
  const intent = world.store.put('setup_intent', {
    id,
    object: 'setup_intent',
    allowed_payment_method_types: types ?? null,
    application: null,
    automatic_payment_methods: {
      allow_redirects: automatic ? (text(automatic, 'allow_redirects') ?? 'always') : 'always',
      enabled: true,
    },
    cancellation_reason: null,
    client_secret: `${id}_secret_${world.ids.mint('', 25)}`,
    created: world.clock.nowSeconds(),
    customer,
    description: text(params, 'description') ?? null,
    excluded_payment_method_types: strings(params, 'excluded_payment_method_types') ?? null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    mandate: null,
    metadata: mergedMetadata({}, params),
    next_action: null,
    on_behalf_of: null,
    payment_method: method?.id ?? null,
    payment_method_configuration_details: null,
    payment_method_options: (free(params, 'payment_method_options') as Json | undefined) ?? {
      card: { mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: types ?? ['card'],
    single_use_mandate: null,
    status: method === null ? 'requires_payment_method' : 'requires_confirmation',
    usage: text(params, 'usage') ?? 'off_session',
  });
  emit(world, call, 'setup_intent.created', intent);
  return flag(params, 'confirm') === true ? confirm(world, call, intent, method) : intent;
}

export function retrieveSetupIntent(world: World, call: Call): SetupIntent {
  return setupIntentNamed(world, call.id);
}

/** The setup intent with this id. */
function setupIntentNamed(world: World, id: string): SetupIntent {
  const intent = world.store.get('setup_intent', id);
  if (intent === undefined) throw resourceMissing('setupintent', id, 'intent', 'url');
  return intent;
}

export function listSetupIntents(world: World, call: Call): ListObject {
  const customer = text(call.params, 'customer');
  const method = text(call.params, 'payment_method');
  return listPage(world, 'setup_intent', call, {
    by: customer === undefined ? undefined : ['customer', customer],
    test: (intent) => method === undefined || intent.payment_method === method,
  });
}

export function changeSetupIntent(world: World, call: Call): SetupIntent {
  const before = retrieveSetupIntent(world, call);
  const method = methodOfCall(world, call);
  const customer = text(call.params, 'customer');
  const description = clearableText(call.params, 'description');
  if (customer !== undefined) customerNamed(world, customer);
  return world.store.put('setup_intent', {
    ...before,
    metadata: mergedMetadata(before.metadata, call.params),
    ...(description === undefined ? {} : { description }),
    ...(customer === undefined ? {} : { customer }),
    ...(method === null ? {} : { payment_method: method.id, status: 'requires_confirmation' as const }),
  } as SetupIntent);
}

export function confirmSetupIntent(world: World, call: Call): SetupIntent {
  const before = retrieveSetupIntent(world, call);
  const open = ['requires_payment_method', 'requires_confirmation', 'requires_action'];
  if (!open.includes(before.status)) {
    throw unexpectedState(
      `You cannot confirm this SetupIntent because it has a status of ${before.status}.`,
      before,
    );
  }
  const method = methodOfCall(world, call) ?? world.store.get('payment_method', before.payment_method ?? '');
  return confirm(world, call, before, method ?? null);
}

export function cancelSetupIntent(world: World, call: Call): SetupIntent {
  const before = retrieveSetupIntent(world, call);
  if (before.status === 'succeeded' || before.status === 'canceled' || before.status === 'processing') {
    throw unexpectedState(
      `You cannot cancel this SetupIntent because it has a status of ${before.status}. Only a SetupIntent with ` +
        'one of the following statuses may be canceled: requires_payment_method, requires_confirmation, ' +
        'requires_action.',
      before,
    );
  }
  const reason = text(call.params, 'cancellation_reason') ?? null;
  const patch = { status: 'canceled', cancellation_reason: reason, next_action: null } as const;
  return change(world, call, before, patch, 'setup_intent.canceled');
}

function confirm(world: World, call: Call, intent: SetupIntent, method: PaymentMethod | null): SetupIntent {
  if (method === null) {
    throw unexpectedState(
      "You cannot confirm this SetupIntent because it's missing a payment method. Update the SetupIntent with a " +
        'payment method and then confirm it again.',
      intent,
    );
  }
  const state = stateOf(world, method);
  if (state.consumed) throw alreadyUsed();
  const { behaviour } = state;
  const refusal = call.forcedDecline ?? (behaviour.attachable ? null : behaviour.decline);
  const attempt = { payment_method: method.id, latest_attempt: world.ids.mint('setatt_1') };
  if (refusal !== null) return refuse(world, call, { ...intent, ...attempt } as SetupIntent, method, refusal);
  if (behaviour.authentication === 'always' || behaviour.authentication === 'unless_set_up') {
    const returnUrl = text(call.params, 'return_url') ?? null;
    const url = `${world.settings.publicUrl}/sim/3ds/${intent.id}`;
    world.store.put('attempt', {
      id: intent.id,
      authenticated: false,
      off_session: false,
      return_url: returnUrl,
    });
    const nextAction: JsonObject =
      returnUrl === null
        ? { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url } }
        : { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url } };
    const patch = { ...attempt, status: 'requires_action', next_action: nextAction } as const;
    return change(world, call, intent, patch, 'setup_intent.requires_action');
  }
  return succeed(world, call, { ...intent, ...attempt } as SetupIntent, method);
}

/** Ends the authentication of a setup intent that requires action. */
export function completeSetup(world: World, intent: SetupIntent, outcome: 'succeed' | 'fail'): SetupIntent {
  const method = world.store.get('payment_method', intent.payment_method ?? '');
  if (method === undefined) throw new Error(`The store lost the method of ${intent.id}`);
  world.store.remove('attempt', intent.id);
  if (outcome === 'succeed') return succeed(world, null, intent, method);
  const error = {
    type: 'invalid_request_error',
    code: 'setup_intent_authentication_failure',
    doc_url: 'https://stripe.com/docs/error-codes/setup-intent-authentication-failure',
    message:
      'The latest attempt to set up the payment method has failed because authentication failed. You can provide ' +
      'payment_method_data or a new PaymentMethod to attempt to fulfill this SetupIntent again.',
    payment_method: method,
  };
  const patch = {
    status: 'requires_payment_method',
    payment_method: null,
    next_action: null,
    last_setup_error: error,
  } as const;
  return change(world, null, intent, patch, 'setup_intent.setup_failed');
}

function succeed(world: World, cause: Cause, intent: SetupIntent, method: PaymentMethod): SetupIntent {
  if (intent.customer !== null) attachTo(world, cause, method, customerNamed(world, intent.customer));
  world.store.put('method_state', { ...stateOf(world, method), setUp: true });
  const patch = { status: 'succeeded', next_action: null, last_setup_error: null } as const;
  return change(world, cause, intent, patch, 'setup_intent.succeeded');
}

function refuse(
  world: World,
  cause: Cause,
  intent: SetupIntent,
  method: PaymentMethod,
  reason: DeclineReason,
): never {
  const fault = new StripeFault(402, {
    type: 'card_error',
    code: reason.code,
    decline_code: reason.declineCode,
    message: reason.message,
    param: reason.param,
    payment_method: method,
  });
  const failed = change(
    world,
    cause,
    intent,
    {
      status: 'requires_payment_method',
      payment_method: null,
      next_action: null,
      last_setup_error: fault.body()['error'] as JsonObject,
    },
    'setup_intent.setup_failed',
  );
  throw new StripeFault(402, { ...fault.fields, setup_intent: failed });
}

function change(
  world: World,
  cause: Cause,
  before: SetupIntent,
  patch: Partial<SetupIntent>,
  eventType: string,
): SetupIntent {
  const next = world.store.put('setup_intent', { ...before, ...patch } as SetupIntent);
  emit(world, cause, eventType, next);
  return next;
}

function methodOfCall(world: World, call: Call): PaymentMethod | null {
  const id = text(call.params, 'payment_method');
  if (id !== undefined) return methodNamed(world, id);
  const data = hash(call.params, 'payment_method_data');
  return data ? methodFromParameters(world, data, 'payment_method_data') : null;
}

function unexpectedState(message: string, intent: SetupIntent): StripeFault {
  return invalidRequest(message, { code: 'setup_intent_unexpected_state', setup_intent: intent });
}
