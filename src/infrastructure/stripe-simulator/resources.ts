import type { Json, JsonObject } from './json.js';

/** Metadata as Stripe keeps it. */
export type Metadata = Readonly<Record<string, string>>;

export type PaymentIntentStatus =
  | 'requires_payment_method'
  | 'requires_confirmation'
  | 'requires_action'
  | 'processing'
  | 'requires_capture'
  | 'canceled'
  | 'succeeded';

type CaptureMethod = 'automatic' | 'automatic_async' | 'manual';

/** A payment intent with the fields that the simulator decides on; the others are carried along. */
export type PaymentIntent = {
  readonly id: string;
  readonly object: 'payment_intent';
  readonly allowed_payment_method_types: readonly string[] | null;
  readonly amount: number;
  readonly amount_capturable: number;
  readonly amount_received: number;
  readonly automatic_payment_methods: { readonly enabled: boolean; readonly allow_redirects?: string } | null;
  readonly canceled_at: number | null;
  readonly cancellation_reason: string | null;
  readonly capture_method: CaptureMethod;
  readonly client_secret: string;
  readonly confirmation_method: 'automatic' | 'manual';
  readonly created: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly description: string | null;
  readonly last_payment_error: JsonObject | null;
  readonly latest_charge: string | null;
  readonly livemode: false;
  readonly metadata: Metadata;
  readonly next_action: JsonObject | null;
  readonly payment_method: string | null;
  readonly payment_method_options: Json;
  readonly payment_method_types: readonly string[];
  readonly receipt_email: string | null;
  readonly setup_future_usage: string | null;
  readonly shipping: Json;
  readonly statement_descriptor: string | null;
  readonly statement_descriptor_suffix: string | null;
  readonly status: PaymentIntentStatus;
  readonly transfer_group: string | null;
} & JsonObject;

export type Charge = {
  readonly id: string;
  readonly object: 'charge';
  readonly amount: number;
  readonly amount_captured: number;
  readonly amount_refunded: number;
  readonly balance_transaction: string | null;
  readonly captured: boolean;
  readonly created: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly description: string | null;
  readonly metadata: Metadata;
  readonly paid: boolean;
  readonly payment_intent: string | null;
  readonly payment_method: string | null;
  readonly payment_method_details: { readonly type: string } & JsonObject;
  readonly receipt_email: string | null;
  readonly refunded: boolean;
  readonly shipping: Json;
  readonly status: 'succeeded' | 'pending' | 'failed';
  readonly transfer_group: string | null;
} & JsonObject;

export type RefundStatus = 'pending' | 'requires_action' | 'succeeded' | 'failed' | 'canceled';

export type Refund = {
  readonly id: string;
  readonly object: 'refund';
  readonly amount: number;
  readonly balance_transaction: string | null;
  readonly charge: string;
  readonly created: number;
  readonly currency: string;
  readonly metadata: Metadata;
  readonly payment_intent: string | null;
  readonly reason: string | null;
  readonly status: RefundStatus;
} & JsonObject;

export type Dispute = {
  readonly id: string;
  readonly object: 'dispute';
  readonly amount: number;
  readonly balance_transactions: readonly BalanceTransaction[];
  readonly charge: string;
  readonly created: number;
  readonly currency: string;
  readonly payment_intent: string | null;
  readonly reason: string;
  readonly status:
    | 'warning_needs_response'
    | 'warning_under_review'
    | 'warning_closed'
    | 'needs_response'
    | 'under_review'
    | 'won'
    | 'lost';
} & JsonObject;

export type Customer = {
  readonly id: string;
  readonly object: 'customer';
  readonly created: number;
  readonly deleted?: true;
  readonly email: string | null;
  readonly invoice_settings: { readonly default_payment_method: string | null } & JsonObject;
  readonly metadata: Metadata;
} & JsonObject;

export type PaymentMethod = {
  readonly id: string;
  readonly object: 'payment_method';
  readonly created: number;
  readonly customer: string | null;
  readonly metadata: Metadata;
  readonly type: string;
  readonly billing_details: JsonObject;
} & JsonObject;

export type SetupIntent = {
  readonly id: string;
  readonly object: 'setup_intent';
  readonly client_secret: string;
  readonly created: number;
  readonly customer: string | null;
  readonly description: string | null;
  readonly last_setup_error: JsonObject | null;
  readonly latest_attempt: string | null;
  readonly metadata: Metadata;
  readonly next_action: JsonObject | null;
  readonly payment_method: string | null;
  readonly payment_method_types: readonly string[];
  readonly status:
    | 'requires_payment_method'
    | 'requires_confirmation'
    | 'requires_action'
    | 'processing'
    | 'canceled'
    | 'succeeded';
  readonly usage: string;
} & JsonObject;

export type BalanceTransaction = {
  readonly id: string;
  readonly object: 'balance_transaction';
  readonly amount: number;
  readonly available_on: number;
  readonly created: number;
  readonly currency: string;
  readonly fee: number;
  readonly net: number;
  readonly source: string;
  readonly status: 'pending' | 'available';
  readonly type: 'charge' | 'payment' | 'refund' | 'payment_refund' | 'refund_failure' | 'adjustment';
} & JsonObject;

export type StripeEvent = {
  readonly id: string;
  readonly object: 'event';
  readonly api_version: string;
  readonly created: number;
  readonly data: { readonly object: JsonObject; readonly previous_attributes?: JsonObject };
  readonly livemode: boolean;
  readonly pending_webhooks: number;
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null };
  readonly type: string;
};
