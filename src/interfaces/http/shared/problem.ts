type Kind = { readonly status: number; readonly title: string; readonly retryable?: true };

/**
 * The problems that every part of this API may answer with, by their stable codes; those of a module's own rules stand
 * beside its controllers. Declines and amounts carry the provider's codes instead.
 */
const kinds = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  invalid_json: { status: 400, title: 'The body is not JSON that this API takes' },
  card_number_refused: { status: 400, title: 'A card number was sent' },
  api_key_in_query: { status: 400, title: 'An API key was sent in the address' },
  version_not_supported: { status: 400, title: 'This version of the API is not served' },
  idempotency_key_required: { status: 400, title: 'This request needs an Idempotency-Key' },
  idempotency_key_invalid: { status: 400, title: 'The Idempotency-Key is not valid' },
  reason_required: { status: 400, title: 'This request needs a reason' },
  invalid_api_key: { status: 401, title: 'No valid API key was given' },
  sign_in_required: { status: 401, title: 'You have to sign in for this' },
  payment_declined: { status: 402, title: 'The payment was declined' },
  insufficient_scope: { status: 403, title: 'The API key may not do this' },
  role_insufficient: { status: 403, title: 'Your role may not do this' },
  form_out_of_date: { status: 403, title: 'This form is out of date' },
  resource_missing: { status: 404, title: 'There is no such object' },
  route_missing: { status: 404, title: 'There is nothing at this address' },
  method_not_allowed: { status: 405, title: 'This address does not take this method' },
  idempotency_in_progress: {
    status: 409,
    title: 'The first request with this key is under way',
    retryable: true,
  },
  link_expired: { status: 410, title: 'This link has expired' },
  api_key_over: { status: 409, title: 'The API key is over' },
  api_key_of_another: { status: 403, title: "The API key is another person's" },
  user_signs_in_elsewhere: { status: 409, title: 'An identity provider signs this user in' },
  email_taken: { status: 409, title: 'Another user has this e-mail address' },
  webhook_handled: { status: 409, title: 'The webhook waits for nobody' },
  revision_stale: { status: 412, title: 'The object has changed since you read it' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body must be application/json' },
  unsupported_content_encoding: { status: 415, title: 'The body must not be compressed' },
  amount_refused: { status: 422, title: 'The payment provider does not take this amount' },
  idempotency_key_reused: { status: 422, title: 'This Idempotency-Key was used for another request' },
  payment_method_not_saved: {
    status: 422,
    title: 'Only a saved payment method can be charged while the customer is away',
  },
  provider_refused: { status: 422, title: 'The payment provider refused' },
  rate_limited: { status: 429, title: 'Too many requests', retryable: true },
  card_testing_suspected: { status: 429, title: 'Too many attempts were declined', retryable: true },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  overloaded: { status: 503, title: 'Too much is under way just now', retryable: true },
  unavailable: { status: 503, title: 'A service that this needs does not answer', retryable: true },
  contention: { status: 503, title: 'The object is changed by many at once', retryable: true },
  outcome_unknown: { status: 503, title: 'Whether this was carried out is not known yet', retryable: true },
} as const satisfies Record<string, Kind>;

export type ProblemCode = keyof typeof kinds;

/**
 * How each refusal of one decider is told: as a problem of its own, or as one of those above. A refusal that is missing is a
 * compile error in the module's map.
 */
export type RejectionKinds<R extends { readonly code: string }> = {
  readonly [C in R['code']]: Kind | ProblemCode;
};

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

/** The problem for a refusal of a decider, from its module's map. */
export function problemOfRejection<R extends { readonly code: string }>(
  kindsOfModule: RejectionKinds<R>,
  rejection: R,
  parts: ProblemParts,
): Problem {
  const code: R['code'] = rejection.code;
  const kind: Kind | ProblemCode = kindsOfModule[code];
  return typeof kind === 'string' ? problem(kind, parts) : { ...kind, code, ...parts };
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
