import type { Field, Schema } from './parameters.js';

/** Field kinds that several operations share. */
export const STRING: Field = { kind: 'string' };
export const CLEARABLE: Field = { kind: 'string', clearable: true };
export const METADATA: Field = { kind: 'metadata' };
export const FREE: Field = { kind: 'free' };
export const BOOLEAN: Field = { kind: 'boolean' };
export const STRINGS: Field = { kind: 'strings' };

/** The parameters that every list takes. */
export const PAGING: Schema = {
  limit: { kind: 'integer', min: 1, max: 100 },
  starting_after: STRING,
  ending_before: STRING,
};

export const BILLING_DETAILS: Field = {
  kind: 'hash',
  clearable: true,
  fields: {
    address: {
      kind: 'hash',
      clearable: true,
      fields: {
        city: CLEARABLE,
        country: CLEARABLE,
        line1: CLEARABLE,
        line2: CLEARABLE,
        postal_code: CLEARABLE,
        state: CLEARABLE,
      },
    },
    email: CLEARABLE,
    name: CLEARABLE,
    phone: CLEARABLE,
    tax_id: CLEARABLE,
  },
};

export const METHOD_FIELDS: Schema = {
  type: { kind: 'enum', values: ['card', 'us_bank_account', 'sepa_debit'], required: true },
  allow_redisplay: { kind: 'enum', values: ['always', 'limited', 'unspecified'] },
  billing_details: BILLING_DETAILS,
  card: {
    kind: 'hash',
    fields: {
      number: STRING,
      exp_month: { kind: 'integer' },
      exp_year: { kind: 'integer' },
      cvc: STRING,
      token: STRING,
      networks: FREE,
    },
  },
  us_bank_account: {
    kind: 'hash',
    fields: {
      account_holder_type: STRING,
      account_number: STRING,
      account_type: STRING,
      financial_connections_account: STRING,
      routing_number: STRING,
    },
  },
  sepa_debit: { kind: 'hash', fields: { iban: { kind: 'string', required: true } } },
  metadata: METADATA,
  radar_options: FREE,
};
