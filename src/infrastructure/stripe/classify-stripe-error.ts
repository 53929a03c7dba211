import { Stripe } from 'stripe';
import type { Refusal } from '../../domain/payment/intent.js';
import { NoTurn } from './call-rate.js';

/**
 * What an error of the SDK means for the request that met it. Made in this one place; the gateway only acts on it.
 * - `declined`: carried out, and the issuer said no; the intent, where Stripe sent it along, shows how it was then:
 *   just now, or when the replayed answer was made.
 * - `refused`: not carried out, and the same request never will be.
 * - `unexpected_state`: not carried out, because the intent has moved on: its present state tells whether that is what
 *   was wanted.
 * - `look_up`: the key stands for a request that may have run, and asking again tells nothing new: the objects must be
 *   looked up. `concluded` when the request is known to have ended, so that finding nothing proves it had no effect.
 * - `unknown`: ask again with the same key.
 */
export type StripeFailure =
  | {
      readonly kind: 'declined';
      readonly intent: unknown;
      readonly refusal: Refusal;
      readonly replayed: boolean;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly final: boolean }
  | { readonly kind: 'unexpected_state'; readonly refusal: Refusal }
  | {
      readonly kind: 'look_up';
      readonly reason: string;
      readonly concluded: boolean;
      readonly alarm: boolean;
    }
  | {
      readonly kind: 'unknown';
      readonly reason: string;
      readonly retryAfterMs: number | null;
      /** True when no waiting will help: somebody must mend the configuration or the program. */
      readonly alarm: boolean;
    };

/** Codes and parameters that no other payment method would change. */
const finalCodes = new Set([
  'amount_too_small',
  'amount_too_large',
  'invalid_charge_amount',
  'invalid_currency',
  'currency_not_supported',
]);
const finalParams = new Set(['amount', 'currency']);

/** Sorts whatever a call through the SDK threw. */
export function classifyStripeError(error: unknown): StripeFailure {
  if (error instanceof Stripe.errors.StripeConnectionError) {
    if (error.detail instanceof NoTurn) return unknown('no_turn');
    return unknown(isTimeout(error) ? 'timeout' : 'connection');
  }
  if (!(error instanceof Stripe.errors.StripeError)) return unknown('unexpected_error', { alarm: true });
  const { statusCode } = error;
  if (statusCode === undefined) return unknown('malformed_answer');
  if (error instanceof Stripe.errors.StripeRateLimitError) {
    return unknown('rate_limited', { retryAfterMs: retryAfterMs(error) });
  }
  // The key is taken by the same request, still running; or, with 400, by one with other parameters.
  if (statusCode === 409) return unknown('in_flight', { retryAfterMs: retryAfterMs(error) });
  if (error.rawType === 'idempotency_error') {
    return { kind: 'look_up', reason: 'idempotency_mismatch', concluded: false, alarm: true };
  }
  if (statusCode === 401 || statusCode === 403) return unknown('not_authorized', { alarm: true });
  if (statusCode >= 500) {
    // A saved answer is replayed for ever, also when it is a 500; the replay shows that the first request has ended.
    return { kind: 'look_up', reason: 'server_error', concluded: isReplayed(error.headers), alarm: false };
  }
  const refusal: Refusal = { code: error.code ?? error.rawType ?? 'request_refused', message: error.message };
  if (statusCode === 402) {
    const { payment_intent: intent = null, headers } = error;
    return { kind: 'declined', intent, refusal, replayed: isReplayed(headers) };
  }
  if (statusCode !== 400 && statusCode !== 404) return unknown('unexpected_status', { alarm: true });
  if (error.code === 'payment_intent_unexpected_state') return { kind: 'unexpected_state', refusal };
  const final = finalCodes.has(refusal.code) || finalParams.has(error.param ?? '');
  return { kind: 'refused', refusal, final };
}

/** Whether an answer is the saved one of an earlier request under the same key. */
export function isReplayed(headers: Readonly<Record<string, string>> | undefined): boolean {
  return headers?.['idempotent-replayed'] === 'true';
}

function unknown(
  reason: string,
  more: { readonly retryAfterMs?: number | null; readonly alarm?: boolean } = {},
): StripeFailure {
  return { kind: 'unknown', reason, retryAfterMs: more.retryAfterMs ?? null, alarm: more.alarm ?? false };
}

/** The SDK tells its own timeout by its words, as does the gateway's deadline; a socket's has a code. */
function isTimeout({ message, detail }: InstanceType<typeof Stripe.errors.StripeConnectionError>): boolean {
  const code = typeof detail === 'object' && 'code' in detail ? detail.code : undefined;
  return code === 'ETIMEDOUT' || /timeout/i.test(message);
}

function retryAfterMs(error: InstanceType<typeof Stripe.errors.StripeError>): number | null {
  const seconds = Number(error.headers?.['retry-after'] ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds * 1_000) : null;
}
