import { assertChargeableAmount, parseCurrency } from './currencies.js';
import type { FormTree } from './form-encoding.js';
import type { Json, JsonObject } from './json.js';
import {
  clearableText,
  flag,
  free,
  hash,
  integer,
  mergedMetadata,
  requiredText,
  strings,
  text,
} from './parameter-access.js';
import type { Parameters } from './parameters.js';
import type { PaymentIntent, PaymentMethod } from './resources.js';
import { invalidRequest, resourceMissing } from './stripe-fault.js';
import type { Call, World } from './world.js';

/** The payment intent a request is about. */
export function intentNamed(
  world: World,
  id: string,
  where: 'url' | 'parameter' = 'url',
  param = 'intent',
): PaymentIntent {
  const intent = world.store.get('payment_intent', id);
  if (intent === undefined) throw resourceMissing('payment_intent', id, param, where);
  return intent;
}

/** Replaces a payment intent by a changed copy. */
export function changeIntent(
  world: World,
  intent: PaymentIntent,
  patch: Partial<PaymentIntent>,
): PaymentIntent {
  return world.store.put('payment_intent', { ...intent, ...patch } as PaymentIntent);
}

/** A new intent, before any confirmation. Amount and currency were checked by `checkNewIntent`. */
export function newIntent(
  world: World,
  call: Call,
  method: PaymentMethod | null,
  customer: string | null,
): PaymentIntent {
  const { params } = call;
  const id = world.ids.mint('pi_3');
  const types = strings(params, 'allowed_payment_method_types');
  const automatic = hash(params, 'automatic_payment_methods');
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: types ?? null,
    amount: integer(params, 'amount') ?? 0,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: automaticMethods(automatic),
    canceled_at: null,
    cancellation_reason: null,
    capture_method: captureMethod(params) ?? 'automatic_async',
    client_secret: `${id}_secret_${world.ids.mint('', 25)}`,
    confirmation_method: text(params, 'confirmation_method') === 'manual' ? 'manual' : 'automatic',
    created: world.clock.nowSeconds(),
    currency: requiredText(params, 'currency').toLowerCase(),
    customer,
    customer_account: null,
    description: text(params, 'description') ?? null,
    excluded_payment_method_types: strings(params, 'excluded_payment_method_types') ?? null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: mergedMetadata({}, params),
    next_action: null,
    on_behalf_of: null,
    payment_method: method?.id ?? null,
    payment_method_configuration_details: null,
    payment_method_options: methodOptions(null, free(params, 'payment_method_options')),
    payment_method_types: types ?? ['card'],
    payment_record: null,
    processing: null,
    receipt_email: text(params, 'receipt_email') ?? null,
    review: null,
    setup_future_usage: text(params, 'setup_future_usage') ?? null,
    shipping: (free(params, 'shipping') as Json | undefined) ?? null,
    source: null,
    statement_descriptor: text(params, 'statement_descriptor') ?? null,
    statement_descriptor_suffix: text(params, 'statement_descriptor_suffix') ?? null,
    status: method === null ? 'requires_payment_method' : 'requires_confirmation',
    transfer_data: null,
    transfer_group: text(params, 'transfer_group') ?? null,
  };
}

function automaticMethods(
  automatic: Parameters | null | undefined,
): PaymentIntent['automatic_payment_methods'] {
  const enabled = automatic ? flag(automatic, 'enabled') : undefined;
  if (enabled === false) return { enabled: false };
  return { allow_redirects: (automatic && text(automatic, 'allow_redirects')) ?? 'always', enabled: true };
}

function captureMethod(params: Parameters): PaymentIntent['capture_method'] | undefined {
  return text(params, 'capture_method') as PaymentIntent['capture_method'] | undefined;
}

function methodOptions(before: Json, given: FormTree | undefined): Json {
  const card: JsonObject = {
    installments: null,
    mandate_options: null,
    network: null,
    request_three_d_secure: 'automatic',
  };
  const base = (before as JsonObject | null) ?? { card };
  if (typeof given !== 'object' || Array.isArray(given)) return base;
  const merged: Record<string, Json> = { ...base } as Record<string, Json>;
  for (const [type, options] of Object.entries(given)) {
    merged[type] = { ...(merged[type] as JsonObject), ...(options as JsonObject) };
  }
  return merged;
}

/** Fields that create, update and confirm may all set. */
export function patchFromParameters(intent: PaymentIntent, params: Parameters): Partial<PaymentIntent> {
  const patch: Record<string, Json | undefined> = {};
  const names = [
    'description',
    'receipt_email',
    'setup_future_usage',
    'statement_descriptor',
    'statement_descriptor_suffix',
    'transfer_group',
  ] as const;
  for (const name of names) {
    const value = clearableText(params, name);
    if (value !== undefined) patch[name] = value;
  }
  const capture = captureMethod(params);
  if (capture !== undefined) patch['capture_method'] = capture;
  const shipping = free(params, 'shipping');
  if (shipping !== undefined) patch['shipping'] = shipping === '' ? null : (shipping as Json);
  const types = strings(params, 'allowed_payment_method_types');
  if (types !== undefined) {
    patch['allowed_payment_method_types'] = types;
    patch['payment_method_types'] = types;
  }
  const options = free(params, 'payment_method_options');
  if (options !== undefined) {
    patch['payment_method_options'] = methodOptions(intent.payment_method_options, options);
  }
  if (params.has('metadata')) patch['metadata'] = mergedMetadata(intent.metadata, params);
  return patch as Partial<PaymentIntent>;
}

const CONFIRM_ONLY = ['return_url', 'off_session', 'error_on_requires_action', 'mandate_data'];

/** Checks on `payment_intents.create` that come before execution: a refusal is not saved under a key. */
export function checkNewIntent(params: Parameters): void {
  const currency = parseCurrency(requiredText(params, 'currency'));
  assertChargeableAmount(integer(params, 'amount') ?? 0, currency, 'amount');
  if (flag(params, 'confirm') === true) return;
  for (const name of CONFIRM_ONLY) {
    if (params.has(name)) {
      throw invalidRequest(
        `You can only pass \`${name}\` when creating a PaymentIntent if \`confirm\` is set to true.`,
        { param: name },
      );
    }
  }
}
