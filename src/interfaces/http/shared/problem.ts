import type { PaymentRejection } from '../../../domain/payment/rejections.js';
import { format } from '../../../domain/shared/money.js';

type Kind = { readonly status: number; readonly title: string; readonly retryable?: true };

/** Every problem this API answers with, by its stable code. Declines and amounts carry the provider's codes instead. */
const kinds = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  invalid_json: { status: 400, title: 'The body is not JSON that this API takes' },
  api_key_in_query: { status: 400, title: 'An API key was sent in the address' },
  version_not_supported: { status: 400, title: 'This version of the API is not served' },
  idempotency_key_required: { status: 400, title: 'This request needs an Idempotency-Key' },
  idempotency_key_invalid: { status: 400, title: 'The Idempotency-Key is not valid' },
  invalid_api_key: { status: 401, title: 'No valid API key was given' },
  payment_declined: { status: 402, title: 'The payment was declined' },
  insufficient_scope: { status: 403, title: 'The API key may not do this' },
  resource_missing: { status: 404, title: 'There is no such object' },
  route_missing: { status: 404, title: 'There is nothing at this address' },
  method_not_allowed: { status: 405, title: 'This address does not take this method' },
  idempotency_in_progress: {
    status: 409,
    title: 'The first request with this key is under way',
    retryable: true,
  },
  revision_stale: { status: 412, title: 'The object has changed since you read it' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body must be application/json' },
  unsupported_content_encoding: { status: 415, title: 'The body must not be compressed' },
  amount_refused: { status: 422, title: 'The payment provider does not take this amount' },
  idempotency_key_reused: { status: 422, title: 'This Idempotency-Key was used for another request' },
  provider_refused: { status: 422, title: 'The payment provider refused' },
  too_many_requests: { status: 429, title: 'Too many requests', retryable: true },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  overloaded: { status: 503, title: 'Too much is under way just now', retryable: true },
  unavailable: { status: 503, title: 'A service that this needs does not answer', retryable: true },
  contention: { status: 503, title: 'The object is changed by many at once', retryable: true },
  outcome_unknown: { status: 503, title: 'Whether this was carried out is not known yet', retryable: true },
  payment_already_exists: { status: 409, title: 'This payment exists with other details' },
  payment_not_confirmable: { status: 409, title: 'The payment cannot be confirmed in its status' },
  payment_not_capturable: { status: 409, title: 'The payment cannot be captured in its status' },
  payment_not_cancelable: { status: 409, title: 'The payment cannot be canceled in its status' },
  payment_not_refundable: { status: 409, title: 'The payment cannot be refunded in its status' },
  payment_operation_in_progress: {
    status: 409,
    title: 'An earlier request about this payment is under way',
    retryable: true,
  },
  amount_not_positive: { status: 422, title: 'The amount must be above zero' },
  currency_mismatch: { status: 422, title: 'The amount is in another currency than the payment' },
  capture_exceeds_authorization: { status: 422, title: 'The amount is above what was authorized' },
  refund_exceeds_captured: { status: 422, title: 'The amount is above what can be refunded' },
  refund_already_exists: { status: 409, title: 'This refund exists with another amount' },
  provider_contradicts_history: { status: 409, title: 'The provider and the history disagree' },
} as const satisfies Record<string, Kind>;

export type ProblemCode = keyof typeof kinds;

/** How each refusal of the domain is told: a new refusal is a compile error here. */
const rejections = {
  payment_not_found: 'resource_missing',
  payment_already_exists: 'payment_already_exists',
  payment_not_confirmable: 'payment_not_confirmable',
  payment_not_capturable: 'payment_not_capturable',
  payment_not_cancelable: 'payment_not_cancelable',
  payment_not_refundable: 'payment_not_refundable',
  payment_operation_in_progress: 'payment_operation_in_progress',
  amount_not_positive: 'amount_not_positive',
  currency_mismatch: 'currency_mismatch',
  capture_exceeds_authorization: 'capture_exceeds_authorization',
  refund_exceeds_captured: 'refund_exceeds_captured',
  refund_already_exists: 'refund_already_exists',
  refund_not_found: 'resource_missing',
  provider_contradicts_history: 'provider_contradicts_history',
} as const satisfies Record<PaymentRejection['code'], ProblemCode>;

export type InputError = { readonly pointer: string; readonly code: string; readonly message: string };

type ProblemParts = {
  readonly detail: string;
  /** The one field or parameter that is to blame. */
  readonly param?: string;
  /** Replaces the code by the provider's own, as for declines. */
  readonly code?: string;
  readonly errors?: readonly InputError[];
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the body, such as `decline_code` and `payment`. */
  readonly members?: Readonly<Record<string, unknown>>;
};

/** An RFC 9457 problem, before it knows the request it answers. */
export type Problem = ProblemParts & Kind & { readonly code: string };

/** Carries a problem out of a request's handling; the edge turns it into the answer. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** The one place where problems are made. */
export function problem(kind: ProblemCode, parts: ProblemParts): Problem {
  return { ...kinds[kind], code: kind, ...parts };
}

export function refused(kind: ProblemCode, parts: ProblemParts): Refused {
  return new Refused(problem(kind, parts));
}

/** The problem for a refusal of the payment decider. */
export function problemOfRejection(rejection: PaymentRejection): Problem {
  return problem(rejections[rejection.code], { detail: detailOf(rejection) });
}

function detailOf(rejection: PaymentRejection): string {
  switch (rejection.code) {
    case 'payment_not_found':
      return 'There is no such payment.';
    case 'refund_not_found':
      return 'There is no such refund.';
    case 'payment_already_exists':
    case 'refund_already_exists':
      return 'The same id stands for something else already.';
    case 'payment_not_confirmable':
    case 'payment_not_capturable':
    case 'payment_not_cancelable':
    case 'payment_not_refundable':
      return `The payment is ${rejection.status}.`;
    case 'payment_operation_in_progress':
      return `The payment is ${rejection.status}: the provider has not answered yet. Ask again shortly.`;
    case 'amount_not_positive':
      return 'The amount must be at least 1 minor unit.';
    case 'currency_mismatch':
      return `The payment is in ${rejection.expected}.`;
    case 'capture_exceeds_authorization':
      return `At most ${format(rejection.capturable)} can be captured.`;
    case 'refund_exceeds_captured':
      return `At most ${format(rejection.refundable)} can be refunded.`;
    case 'provider_contradicts_history':
      return rejection.detail;
  }
}

/** The body of the answer. */
export function problemBody(
  of: Problem,
  request: { readonly id: string; readonly path: string },
): Readonly<Record<string, unknown>> {
  return {
    type: `urn:counterfoil:problem:${of.code}`,
    title: of.title,
    status: of.status,
    detail: of.detail,
    instance: request.path,
    code: of.code,
    ...(of.param === undefined ? {} : { param: of.param }),
    ...(of.errors === undefined ? {} : { errors: of.errors }),
    ...of.members,
    request_id: request.id,
    retryable: of.retryable ?? false,
  };
}
