import {
  BILLING_DETAILS,
  BOOLEAN,
  CLEARABLE,
  FREE,
  METADATA,
  METHOD_FIELDS,
  PAGING,
  STRING,
  STRINGS,
} from './method-schemas.js';
import type { Field, Schema } from './parameters.js';

const RANGE: Field = { kind: 'range' };
const METHOD_DATA: Field = { kind: 'hash', fields: METHOD_FIELDS };
const CAPTURE_METHOD: Field = { kind: 'enum', values: ['automatic', 'automatic_async', 'manual'] };
const FUTURE_USAGE: Field = { kind: 'enum', values: ['off_session', 'on_session'], clearable: true };
const POSITIVE: Field = { kind: 'integer', min: 1 };

const AUTOMATIC: Field = {
  kind: 'hash',
  fields: { enabled: BOOLEAN, allow_redirects: { kind: 'enum', values: ['always', 'never'] } },
};

const INTENT_COMMON: Schema = {
  amount_details: FREE,
  application_fee_amount: { kind: 'integer', min: 0 },
  capture_method: CAPTURE_METHOD,
  description: CLEARABLE,
  metadata: METADATA,
  payment_method: STRING,
  payment_method_data: METHOD_DATA,
  payment_method_options: FREE,
  receipt_email: CLEARABLE,
  setup_future_usage: FUTURE_USAGE,
  shipping: FREE,
  statement_descriptor: { kind: 'string', clearable: true, max: 22 },
  statement_descriptor_suffix: { kind: 'string', clearable: true, max: 22 },
  transfer_group: STRING,
  payment_method_configuration: STRING,
  payment_details: FREE,
  hooks: FREE,
};

const CONFIRMING: Schema = {
  error_on_requires_action: BOOLEAN,
  mandate: STRING,
  mandate_data: FREE,
  off_session: STRING,
  radar_options: FREE,
  return_url: STRING,
  use_stripe_sdk: BOOLEAN,
};

export const INTENT_CREATE: Schema = {
  ...INTENT_COMMON,
  ...CONFIRMING,
  amount: { kind: 'integer', required: true, min: 1 },
  currency: { kind: 'string', required: true },
  automatic_payment_methods: AUTOMATIC,
  confirm: BOOLEAN,
  confirmation_method: { kind: 'enum', values: ['automatic', 'manual'] },
  customer: STRING,
  allowed_payment_method_types: STRINGS,
  excluded_payment_method_types: STRINGS,
};

export const INTENT_UPDATE: Schema = {
  ...INTENT_COMMON,
  amount: POSITIVE,
  currency: STRING,
  customer: STRING,
  allowed_payment_method_types: STRINGS,
  excluded_payment_method_types: STRINGS,
};

export const INTENT_CONFIRM: Schema = {
  ...CONFIRMING,
  amount_details: FREE,
  capture_method: CAPTURE_METHOD,
  payment_details: FREE,
  payment_method: STRING,
  payment_method_data: METHOD_DATA,
  payment_method_options: FREE,
  allowed_payment_method_types: STRINGS,
  excluded_payment_method_types: STRINGS,
  receipt_email: CLEARABLE,
  setup_future_usage: FUTURE_USAGE,
  shipping: FREE,
};

export const INTENT_CAPTURE: Schema = {
  amount_to_capture: POSITIVE,
  application_fee_amount: { kind: 'integer', min: 0 },
  final_capture: BOOLEAN,
  metadata: METADATA,
  statement_descriptor: { kind: 'string', clearable: true, max: 22 },
  statement_descriptor_suffix: { kind: 'string', clearable: true, max: 22 },
};

export const INTENT_CANCEL: Schema = {
  cancellation_reason: {
    kind: 'enum',
    values: ['duplicate', 'fraudulent', 'requested_by_customer', 'abandoned'],
  },
};

export const INTENT_LIST: Schema = { ...PAGING, created: RANGE, customer: STRING };

export const INTENT_SEARCH: Schema = {
  query: { kind: 'string', required: true },
  limit: { kind: 'integer', min: 1, max: 100 },
  page: STRING,
};

export const REFUND_CREATE: Schema = {
  amount: POSITIVE,
  charge: STRING,
  payment_intent: STRING,
  metadata: METADATA,
  reason: { kind: 'enum', values: ['duplicate', 'fraudulent', 'requested_by_customer'] },
  instructions_email: STRING,
  refund_application_fee: BOOLEAN,
  reverse_transfer: BOOLEAN,
};

export const REFUND_LIST: Schema = { ...PAGING, charge: STRING, created: RANGE, payment_intent: STRING };

export const METADATA_ONLY: Schema = { metadata: METADATA };

export const CHARGE_LIST: Schema = {
  ...PAGING,
  created: RANGE,
  customer: STRING,
  payment_intent: STRING,
  transfer_group: STRING,
};

export const CHARGE_UPDATE: Schema = { metadata: METADATA, description: CLEARABLE, receipt_email: CLEARABLE };

const CUSTOMER_COMMON: Schema = {
  address: FREE,
  balance: { kind: 'integer' },
  description: CLEARABLE,
  email: { kind: 'string', clearable: true, max: 512 },
  invoice_settings: {
    kind: 'hash',
    fields: {
      default_payment_method: CLEARABLE,
      custom_fields: FREE,
      footer: CLEARABLE,
      rendering_options: FREE,
    },
  },
  metadata: METADATA,
  name: { kind: 'string', clearable: true, max: 256 },
  phone: CLEARABLE,
  preferred_locales: STRINGS,
  shipping: FREE,
  tax_exempt: { kind: 'enum', values: ['none', 'exempt', 'reverse'], clearable: true },
};

export const CUSTOMER_CREATE: Schema = { ...CUSTOMER_COMMON, payment_method: STRING };
export const CUSTOMER_UPDATE: Schema = CUSTOMER_COMMON;
export const CUSTOMER_LIST: Schema = { ...PAGING, created: RANGE, email: STRING };

export const METHOD_CREATE: Schema = METHOD_FIELDS;
export const METHOD_UPDATE: Schema = {
  allow_redisplay: { kind: 'enum', values: ['always', 'limited', 'unspecified'] },
  billing_details: BILLING_DETAILS,
  card: {
    kind: 'hash',
    fields: { exp_month: { kind: 'integer' }, exp_year: { kind: 'integer' }, networks: FREE },
  },
  metadata: METADATA,
};
export const METHOD_LIST: Schema = { ...PAGING, customer: STRING, type: STRING };
export const METHOD_ATTACH: Schema = { customer: { kind: 'string', required: true } };

const SETUP_COMMON: Schema = {
  customer: STRING,
  description: CLEARABLE,
  metadata: METADATA,
  payment_method: STRING,
  payment_method_data: METHOD_DATA,
  payment_method_options: FREE,
};

export const SETUP_CREATE: Schema = {
  ...SETUP_COMMON,
  automatic_payment_methods: AUTOMATIC,
  confirm: BOOLEAN,
  mandate_data: FREE,
  allowed_payment_method_types: STRINGS,
  excluded_payment_method_types: STRINGS,
  return_url: STRING,
  usage: { kind: 'enum', values: ['off_session', 'on_session'] },
  use_stripe_sdk: BOOLEAN,
};
export const SETUP_UPDATE: Schema = SETUP_COMMON;
export const SETUP_CONFIRM: Schema = {
  mandate_data: FREE,
  payment_method: STRING,
  payment_method_data: METHOD_DATA,
  payment_method_options: FREE,
  return_url: STRING,
  use_stripe_sdk: BOOLEAN,
};
export const SETUP_CANCEL: Schema = {
  cancellation_reason: { kind: 'enum', values: ['abandoned', 'duplicate', 'requested_by_customer'] },
};
export const SETUP_LIST: Schema = { ...PAGING, created: RANGE, customer: STRING, payment_method: STRING };

export const BALANCE_TRANSACTION_LIST: Schema = {
  ...PAGING,
  created: RANGE,
  currency: STRING,
  source: STRING,
  type: STRING,
};
export const EVENT_LIST: Schema = {
  ...PAGING,
  created: RANGE,
  delivery_success: BOOLEAN,
  type: STRING,
  types: STRINGS,
};
