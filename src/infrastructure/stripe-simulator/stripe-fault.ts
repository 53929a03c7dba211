import type { Json, JsonObject } from './json.js';

const DOC_BASE = 'https://stripe.com/docs/error-codes/';

/** The `error` hash of a Stripe answer. */
export type ErrorFields = {
  readonly type: 'invalid_request_error' | 'card_error' | 'idempotency_error' | 'api_error';
  readonly message: string;
  readonly code?: string | undefined;
  readonly decline_code?: string | undefined;
  readonly param?: string | undefined;
  readonly charge?: string | undefined;
  readonly advice_code?: string | undefined;
  readonly network_decline_code?: string | undefined;
  readonly payment_method_type?: string | undefined;
  readonly payment_intent?: Json | undefined;
  readonly payment_method?: Json | undefined;
  readonly setup_intent?: Json | undefined;
};

/** A refusal as Stripe answers it: an HTTP status with an error body. Handlers throw it. */
export class StripeFault extends Error {
  readonly status: number;
  readonly fields: ErrorFields;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, fields: ErrorFields, headers: Readonly<Record<string, string>> = {}) {
    super(fields.message);
    this.name = 'StripeFault';
    this.status = status;
    this.fields = fields;
    this.headers = headers;
  }

  /** The answer body. Codes carry a `doc_url` as Stripe's do; `request_log_url` is left out. */
  body(): JsonObject {
    const { code } = this.fields;
    const docUrl = code === undefined ? {} : { doc_url: DOC_BASE + code.replaceAll('_', '-') };
    return { error: { ...this.fields, ...docUrl } };
  }
}

/** A 400 for a request that cannot be carried out as it stands. */
export function invalidRequest(
  message: string,
  detail: { code?: string; param?: string; payment_intent?: Json; setup_intent?: Json } = {},
): StripeFault {
  return new StripeFault(400, { type: 'invalid_request_error', message, ...detail });
}

/** 404 when the missing object is the one in the URL, 400 when it was named by a parameter. */
export function resourceMissing(
  kind: string,
  id: string,
  param: string,
  where: 'url' | 'parameter',
): StripeFault {
  return new StripeFault(where === 'url' ? 404 : 400, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${kind}: '${id}'`,
    param,
  });
}

/** 429, decided before the idempotency layer: nothing was done and nothing is saved. */
export function rateLimited(): StripeFault {
  return new StripeFault(
    429,
    {
      type: 'invalid_request_error',
      code: 'rate_limit',
      message:
        'Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.',
    },
    { 'Stripe-Rate-Limited-Reason': 'global-rate' },
  );
}

/** 429 because another request holds the object; Stripe asks its SDKs to retry this one. */
export function lockTimeout(): StripeFault {
  return new StripeFault(
    429,
    {
      type: 'invalid_request_error',
      code: 'lock_timeout',
      message:
        'This object cannot be accessed right now because another API request or Stripe process is currently ' +
        'accessing it. If you see this error intermittently, retry the request. If you see this error frequently ' +
        'and are making multiple concurrent requests to a single object, make your requests serially or at a ' +
        'lower rate.',
    },
    { 'Stripe-Should-Retry': 'true', 'Stripe-Rate-Limited-Reason': 'resource-specific' },
  );
}

/** A 500. When the answer is saved under the key, Stripe tells its SDKs that retrying cannot help. */
export function serverError(saved: boolean): StripeFault {
  return new StripeFault(
    500,
    {
      type: 'api_error',
      message: 'Sorry! There was an error while talking to one of our backends. Support has been notified.',
    },
    saved ? { 'Stripe-Should-Retry': 'false' } : {},
  );
}
