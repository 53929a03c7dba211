import { describe, expect, it } from '@jest/globals';
import { Stripe } from 'stripe';
import type { StripeFailure } from '../../../src/infrastructure/stripe/classify-stripe-error.js';
import { classifyStripeError } from '../../../src/infrastructure/stripe/classify-stripe-error.js';

type Fields = {
  readonly type?: string;
  readonly code?: string;
  readonly param?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly payment_intent?: object;
};

/** An error as the SDK makes it from an answer. */
function answered(statusCode: number, { type = 'invalid_request_error', ...fields }: Fields = {}): unknown {
  const raw = { type, message: 'in words', statusCode, requestId: 'req_1', headers: {}, ...fields };
  return Stripe.errors.generateV1Error(raw as unknown as Parameters<typeof Stripe.errors.generateV1Error>[0]);
}
function connection(message: string, code?: string): unknown {
  const detail = Object.assign(new Error('socket'), code === undefined ? {} : { code });
  return new Stripe.errors.StripeConnectionError({ type: 'api_error', message, detail });
}
const unknown = (reason: string, more: Partial<Extract<StripeFailure, { kind: 'unknown' }>> = {}) => ({
  kind: 'unknown',
  reason,
  retryAfterMs: null,
  alarm: false,
  ...more,
});
const refused = (code: string, final: boolean) => ({
  kind: 'refused',
  refusal: { code, message: 'in words' },
  final,
});
const lookUp = (reason: string, concluded: boolean, alarm: boolean) => ({
  kind: 'look_up',
  reason,
  concluded,
  alarm,
});
const intent = { id: 'pi_1' };
const declined = (shown: { intent?: object; replayed?: boolean }) => ({
  kind: 'declined',
  intent: null,
  refusal: { code: 'card_declined', message: 'in words' },
  replayed: false,
  ...shown,
});

const table: readonly [string, unknown, object][] = [
  [
    'no connection',
    connection('An error occurred with our connection to Stripe.', 'ECONNREFUSED'),
    unknown('connection'),
  ],
  [
    'a reset',
    connection('An error occurred with our connection to Stripe.', 'ECONNRESET'),
    unknown('connection'),
  ],
  [
    'a timeout',
    connection('Request aborted due to timeout being reached (80000ms)', 'ETIMEDOUT'),
    unknown('timeout'),
  ],
  [
    'an answer cut off',
    connection('An error occurred with our connection to Stripe.'),
    unknown('connection'),
  ],
  [
    'no JSON',
    new Stripe.errors.StripeAPIError({ type: 'api_error', message: 'Invalid JSON received' }),
    unknown('malformed_answer'),
  ],
  ['a bug of ours', new TypeError('oops'), unknown('unexpected_error', { alarm: true })],
  ['something thrown', 'text', unknown('unexpected_error', { alarm: true })],
  ['429', answered(429, { code: 'rate_limit' }), unknown('rate_limited')],
  [
    '429 with a wait',
    answered(429, { headers: { 'retry-after': '2' } }),
    unknown('rate_limited', { retryAfterMs: 2_000 }),
  ],
  ['429 with nonsense', answered(429, { headers: { 'retry-after': 'soon' } }), unknown('rate_limited')],
  ['429 lock', answered(429, { code: 'lock_timeout' }), unknown('rate_limited')],
  ['400 rate limit', answered(400, { code: 'rate_limit' }), unknown('rate_limited')],
  [
    '409 in flight',
    answered(409, { type: 'idempotency_error', code: 'idempotency_key_in_use' }),
    unknown('in_flight'),
  ],
  ['409', answered(409), unknown('in_flight')],
  [
    '400 other parameters',
    answered(400, { type: 'idempotency_error' }),
    lookUp('idempotency_mismatch', false, true),
  ],
  ['401', answered(401), unknown('not_authorized', { alarm: true })],
  ['403', answered(403), unknown('not_authorized', { alarm: true })],
  ['418', answered(418), unknown('unexpected_status', { alarm: true })],
  ['500', answered(500, { type: 'api_error' }), lookUp('server_error', false, false)],
  ['502', answered(502, { type: 'api_error' }), lookUp('server_error', false, false)],
  ['503', answered(503, { type: 'api_error' }), lookUp('server_error', false, false)],
  [
    'a saved 500',
    answered(500, { headers: { 'idempotent-replayed': 'true' } }),
    lookUp('server_error', true, false),
  ],
  [
    'a decline',
    answered(402, { type: 'card_error', code: 'card_declined', payment_intent: intent }),
    declined({ intent }),
  ],
  [
    'a decline that is replayed',
    answered(402, {
      type: 'card_error',
      code: 'card_declined',
      payment_intent: intent,
      headers: { 'idempotent-replayed': 'true' },
    }),
    declined({ intent, replayed: true }),
  ],
  [
    'a decline without its intent',
    answered(402, { type: 'card_error', code: 'card_declined' }),
    declined({}),
  ],
  [
    'an intent that has moved on',
    answered(400, { code: 'payment_intent_unexpected_state' }),
    { kind: 'unexpected_state', refusal: { code: 'payment_intent_unexpected_state', message: 'in words' } },
  ],
  [
    'too small',
    answered(400, { code: 'amount_too_small', param: 'amount' }),
    refused('amount_too_small', true),
  ],
  ['too large', answered(400, { code: 'amount_too_large' }), refused('amount_too_large', true)],
  ['a currency', answered(400, { param: 'currency' }), refused('invalid_request_error', true)],
  [
    'already refunded',
    answered(400, { code: 'charge_already_refunded' }),
    refused('charge_already_refunded', false),
  ],
  [
    'a payment method',
    answered(400, { code: 'resource_missing', param: 'payment_method' }),
    refused('resource_missing', false),
  ],
  ['404', answered(404, { code: 'resource_missing', param: 'intent' }), refused('resource_missing', false)],
];

describe('what an error of the SDK means', () => {
  it.each(table)('%s', (_title, error, expected) => {
    expect(classifyStripeError(error)).toEqual(expected);
  });

  it('is a refusal for no error that leaves the outcome open', () => {
    for (const status of [408, 409, 425, 429, 500, 502, 503, 504]) {
      expect(classifyStripeError(answered(status)).kind).not.toBe('refused');
    }
  });
});
