import { note } from './balance-transactions.js';
import type { DeclineReason } from './decline-reasons.js';
import { sellerMessage } from './decline-reasons.js';
import { emit, previousAttributes } from './events.js';
import type { JsonObject } from './json.js';
import type { MethodBehaviour } from './method-behaviour.js';
import { clearableText, mergedMetadata } from './parameter-access.js';
import type { Charge, PaymentIntent, PaymentMethod } from './resources.js';
import { resourceMissing } from './stripe-fault.js';
import type { Call, Cause, World } from './world.js';

/** Card authorizations that wait for capture lapse after seven days. */
export const AUTHORIZATION_SECONDS = 7 * 24 * 3600;

type ChargeOutcome = {
  readonly status: Charge['status'];
  readonly captured: boolean;
  readonly behaviour: MethodBehaviour;
  readonly decline: DeclineReason | null;
  readonly authenticated: boolean;
};

/** Creates the charge of one payment attempt; a refused attempt leaves a failed charge. */
export function createCharge(
  world: World,
  intent: PaymentIntent,
  method: PaymentMethod,
  outcome: ChargeOutcome,
): Charge {
  const { status, captured, decline } = outcome;
  const id = world.ids.mint(method.type === 'card' ? 'ch_3' : 'py_3');
  const failed = status === 'failed';
  const charge: Charge = {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: captured ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: method.billing_details,
    calculated_statement_descriptor: failed ? null : 'COUNTERFOIL',
    captured,
    created: world.clock.nowSeconds(),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: status === 'pending' ? null : outcomeObject(outcome.behaviour, decline),
    paid: status === 'succeeded',
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: methodDetails(intent, method, outcome, world.clock.nowSeconds()),
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: failed ? null : `${world.settings.publicUrl}/sim/receipts/${id}`,
    refunded: false,
    review: null,
    shipping: intent.shipping,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status,
    transfer_data: null,
    transfer_group: intent.transfer_group,
  };
  world.store.put('charge', charge);
  const kinds = {
    failed: 'charge_failed',
    pending: 'charge_pending',
    succeeded: 'charge_authorized',
  } as const;
  note(world, kinds[status], charge, null);
  return charge;
}

/** The `outcome` hash: what the network or Radar said. */
export function outcomeObject(behaviour: MethodBehaviour, decline: DeclineReason | null): JsonObject {
  const blocked = decline?.blocked === true;
  const networkStatus =
    decline === null ? 'approved_by_network' : blocked ? 'not_sent_to_network' : 'declined_by_network';
  const scores = { normal: 12, elevated: 65, highest: 91 } as const;
  return {
    advice_code: decline?.adviceCode ?? null,
    network_advice_code: null,
    network_decline_code: null,
    network_status: networkStatus,
    reason: decline === null ? null : blocked ? 'highest_risk_level' : decline.declineCode,
    risk_level: behaviour.risk,
    risk_score: scores[behaviour.risk],
    seller_message: decline === null ? 'Payment complete.' : sellerMessage(decline),
    type: decline === null ? 'authorized' : blocked ? 'blocked' : 'issuer_declined',
  };
}

function methodDetails(
  intent: PaymentIntent,
  method: PaymentMethod,
  outcome: ChargeOutcome,
  createdSeconds: number,
): { type: string } & JsonObject {
  const own = method[method.type] as JsonObject;
  if (method.type !== 'card') return { type: method.type, [method.type]: own };
  const { status, captured, authenticated } = outcome;
  const card: JsonObject = {
    amount_authorized: status === 'succeeded' ? intent.amount : null,
    authorization_code: status === 'succeeded' ? '123456' : null,
    brand: own['brand'] ?? null,
    checks: own['checks'] ?? null,
    country: own['country'] ?? null,
    exp_month: own['exp_month'] ?? null,
    exp_year: own['exp_year'] ?? null,
    extended_authorization: { status: 'disabled' },
    fingerprint: own['fingerprint'] ?? null,
    funding: own['funding'] ?? null,
    incremental_authorization: { status: 'unavailable' },
    installments: null,
    last4: own['last4'] ?? null,
    mandate: null,
    multicapture: { status: 'unavailable' },
    network: own['brand'] ?? null,
    network_token: { used: false },
    network_transaction_id: status === 'succeeded' ? '104557651805572' : null,
    overcapture: { maximum_amount_capturable: intent.amount, status: 'unavailable' },
    regulated_status: own['regulated_status'] ?? null,
    three_d_secure: authenticated
      ? {
          authentication_flow: 'challenge',
          electronic_commerce_indicator: '05',
          exemption_indicator: null,
          result: 'authenticated',
          result_reason: null,
          transaction_id: '1d7bfcd8-9f1c-4b3d-9b39-7f8f0c3d6a11',
          version: '2.2.0',
        }
      : null,
    transaction_link_id: null,
    wallet: null,
  };
  if (status !== 'succeeded' || captured) return { type: 'card', card };
  return { type: 'card', card: { ...card, capture_before: createdSeconds + AUTHORIZATION_SECONDS } };
}

/** Replaces a charge and reports the change. */
export function updateCharge(
  world: World,
  cause: Cause,
  charge: Charge,
  patch: Partial<Charge>,
  eventType: string,
): Charge {
  const next: Charge = { ...charge, ...patch } as Charge;
  world.store.put('charge', next);
  emit(world, cause, eventType, next, previousAttributes(charge, next));
  return next;
}

/** A charge that has to exist because another object refers to it. */
export function chargeOf(world: World, id: string): Charge {
  const charge = world.store.get('charge', id);
  if (charge === undefined) throw new Error(`The store lost charge ${id}`);
  return charge;
}

export function retrieveCharge(world: World, call: Call): Charge {
  const charge = world.store.get('charge', call.id);
  if (charge === undefined) throw resourceMissing('charge', call.id, 'charge', 'url');
  return charge;
}

export function changeCharge(world: World, call: Call): Charge {
  const before = retrieveCharge(world, call);
  const description = clearableText(call.params, 'description');
  const email = clearableText(call.params, 'receipt_email');
  return updateCharge(
    world,
    call,
    before,
    {
      metadata: mergedMetadata(before.metadata, call.params),
      ...(description === undefined ? {} : { description }),
      ...(email === undefined ? {} : { receipt_email: email }),
    },
    'charge.updated',
  );
}
