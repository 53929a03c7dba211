import { z } from 'zod';
import type { CustomerAction } from '../../application/ports/payment-gateway.js';
import type {
  ProviderCustomer,
  ProviderPaymentMethod,
  ProviderSetup,
} from '../../application/ports/payment-method-vault.js';
import type { Reading } from './stripe-snapshots.js';
import { malformed, metadataKeys, unreadable } from './stripe-snapshots.js';

const metadata = z.record(z.string(), z.string()).nullish();
const idOf = z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)]);

const customer = z.object({
  id: z.string(),
  object: z.literal('customer'),
  deleted: z.boolean().optional(),
  livemode: z.boolean().optional(),
  metadata,
});

const setupIntent = z.object({
  id: z.string(),
  object: z.literal('setup_intent'),
  livemode: z.boolean(),
  status: z.enum([
    'requires_payment_method',
    'requires_confirmation',
    'requires_action',
    'processing',
    'succeeded',
    'canceled',
  ]),
  client_secret: z.string().nullish(),
  payment_method: idOf.nullish(),
  latest_attempt: idOf.nullish(),
  next_action: z.object({ redirect_to_url: z.object({ url: z.string().nullish() }).nullish() }).nullish(),
  last_setup_error: z
    .object({
      code: z.string().nullish(),
      decline_code: z.string().nullish(),
      message: z.string().nullish(),
    })
    .nullish(),
});

/** Each kind of method shows itself under its own name; these are the fields that some of them have. */
const shown = z.object({
  brand: z.string().nullish(),
  bank_name: z.string().nullish(),
  last4: z.string().nullish(),
  exp_month: z.int().nullish(),
  exp_year: z.int().nullish(),
  funding: z.string().nullish(),
  country: z.string().nullish(),
});

const paymentMethod = z.looseObject({
  id: z.string(),
  object: z.literal('payment_method'),
  livemode: z.boolean(),
  type: z.string(),
  customer: idOf.nullish(),
});

/** Reads a customer of Stripe's; one that was deleted shows its id and nothing else. */
export function readCustomer(object: unknown, livemode: boolean): Reading<ProviderCustomer> {
  const parsed = customer.safeParse(object);
  if (!parsed.success) return malformed('customer', parsed.error);
  const { id, deleted = false, metadata: own } = parsed.data;
  const mode = parsed.data.livemode ?? livemode;
  if (mode !== livemode) return unreadable(`customer ${id} has livemode ${mode}`);
  const value = { providerCustomerId: id, customer: own?.[metadataKeys.customer] ?? null, deleted };
  return { outcome: 'read', value };
}

export function readSetup(object: unknown, livemode: boolean): Reading<ProviderSetup> {
  const parsed = setupIntent.safeParse(object);
  if (!parsed.success) return malformed('setup intent', parsed.error);
  const setup = parsed.data;
  if (setup.livemode !== livemode)
    return unreadable(`setup intent ${setup.id} has livemode ${setup.livemode}`);
  const status = setup.status === 'requires_confirmation' ? 'requires_payment_method' : setup.status;
  return {
    outcome: 'read',
    value: {
      setupIntentId: setup.id,
      status,
      declined: declinedTry(setup),
      paymentMethodId: status === 'succeeded' ? (setup.payment_method ?? null) : null,
      action: actionOf(setup, status),
    },
  };
}

export function readMethod(object: unknown, livemode: boolean): Reading<ProviderPaymentMethod> {
  const parsed = paymentMethod.safeParse(object);
  if (!parsed.success) return malformed('payment method', parsed.error);
  const method = parsed.data;
  if (method.livemode !== livemode) return unreadable(`method ${method.id} has livemode ${method.livemode}`);
  const details = shown.safeParse(method[method.type] ?? {});
  if (!details.success) return malformed('payment method', details.error);
  const { brand, bank_name: bankName, last4, exp_month, exp_year, funding, country } = details.data;
  return {
    outcome: 'read',
    value: {
      paymentMethodId: method.id,
      providerCustomerId: method.customer ?? null,
      kind: method.type,
      details: {
        brand: brand ?? bankName ?? null,
        last4: last4 ?? null,
        expMonth: exp_month ?? null,
        expYear: exp_year ?? null,
        funding: funding ?? null,
        country: country ?? null,
      },
    },
  };
}

/** All of a list, or the first reason why one of it cannot be read. */
export function readMethods(objects: unknown, livemode: boolean): Reading<readonly ProviderPaymentMethod[]> {
  const value: ProviderPaymentMethod[] = [];
  for (const object of z.array(z.unknown()).parse(objects)) {
    const reading = readMethod(object, livemode);
    if (reading.outcome === 'unreadable') return reading;
    value.push(reading.value);
  }
  return { outcome: 'read', value };
}

function declinedTry(setup: z.infer<typeof setupIntent>): ProviderSetup['declined'] {
  const { last_setup_error: error, latest_attempt: attemptId } = setup;
  if (error === null || error === undefined || setup.status === 'succeeded') return null;
  return {
    attemptId: attemptId ?? 'none',
    code: error.decline_code ?? error.code ?? 'setup_failed',
    message: error.message ?? 'The payment method could not be set up.',
  };
}

/** The client's library needs the secret from the beginning on, to name the payment method. */
function actionOf(
  setup: z.infer<typeof setupIntent>,
  status: ProviderSetup['status'],
): CustomerAction | null {
  const { client_secret: clientSecret, next_action: next } = setup;
  const open = status === 'requires_payment_method' || status === 'requires_action';
  if (!open || clientSecret === null || clientSecret === undefined) return null;
  return { clientSecret, redirectUrl: next?.redirect_to_url?.url ?? null };
}
