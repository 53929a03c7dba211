import { Stripe } from 'stripe';
import type { Logger } from '../../application/ports/logger.js';
import type { ProviderAnswer } from '../../application/ports/payment-gateway.js';
import { within as endAfter } from '../../application/shared/within.js';
import type { Refusal } from '../../domain/payment/intent.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { StripeFailure } from './classify-stripe-error.js';
import { classifyStripeError, isReplayed } from './classify-stripe-error.js';
import type { Reading } from './stripe-snapshots.js';

/** One request to Stripe, and how to tell afterwards what came of it. */
export type ProviderRequest<T> = {
  /** For the log: ids only. */
  readonly about: Readonly<Record<string, string>>;
  readonly requestedAt: Instant;
  call(): Promise<Answer>;
  read(object: unknown): Reading<T>;
  /** What a declined request left behind, from the object that came with the error. */
  readDeclined(object: unknown): Reading<T> | undefined;
  /**
   * The object as it is when it shows that the request had its effect, or can have it no more; undefined when nothing
   * of it is to be seen.
   */
  find(): Promise<unknown>;
  /** The object of an answer, as it is now. */
  reread(answered: T): Promise<unknown>;
};

/** The SDK hangs the headers on every object that it answers. */
type Answer = { readonly lastResponse: { readonly headers: Readonly<Record<string, string>> } };

/** Stripe keeps keys for 24 hours; the hour of difference is for clocks and for requests under way. */
const keyLifetimeMs = 23 * 3_600_000;

const expired: Refusal = {
  code: 'request_expired',
  message: 'The payment provider never received this request, and it is too old to be sent now.',
};
const providerError: Refusal = {
  code: 'provider_error',
  message: 'The payment provider met an error of its own and did not carry the request out.',
};

/**
 * Sends a request, or looks up what became of it where sending again is no longer safe or no longer tells, and puts the
 * outcome into the port's terms. Never throws.
 */
export async function askProvider<T>(
  request: ProviderRequest<T>,
  within: Within,
  clock: () => number,
  logger: Logger,
): Promise<ProviderAnswer<T>> {
  if (clock() - Date.parse(request.requestedAt) > keyLifetimeMs) {
    logger.error(
      request.about,
      'a request to Stripe is older than its idempotency key; it is looked up, not sent',
    );
    return lookUp(request, within, logger, refused(expired));
  }
  try {
    const answer = await within(withoutStack(() => request.call()));
    const reading = request.read(answer);
    return isReplayed(answer.lastResponse.headers)
      ? presentState(reading, request, within, logger)
      : answerOf(reading, request.about, logger);
  } catch (error) {
    const failure = classifyStripeError(error);
    report(failure, error, request.about, logger);
    return answerTo(failure, request, within, logger);
  }
}

/** Reads what is there, without asking for anything. */
export async function fetchFromProvider<T>(
  request: Pick<ProviderRequest<T>, 'about' | 'read'> & { call(): Promise<unknown> },
  within: Within,
  logger: Logger,
): Promise<ProviderAnswer<T>> {
  try {
    return answerOf(request.read(await within(request.call())), request.about, logger);
  } catch (error) {
    const failure = classifyStripeError(error);
    report(failure, error, request.about, logger);
    switch (failure.kind) {
      case 'declined':
      case 'unexpected_state':
      case 'refused':
        return refused(failure.refusal);
      case 'look_up':
        return { outcome: 'unknown', reason: failure.reason, retryAfterMs: null };
      case 'unknown':
        return { outcome: 'unknown', reason: failure.reason, retryAfterMs: failure.retryAfterMs };
    }
  }
}

function answerTo<T>(
  failure: StripeFailure,
  request: ProviderRequest<T>,
  within: Within,
  logger: Logger,
): ProviderAnswer<T> | Promise<ProviderAnswer<T>> {
  switch (failure.kind) {
    case 'declined': {
      const reading = request.readDeclined(failure.intent);
      if (reading === undefined) return refused(failure.refusal);
      return failure.replayed
        ? presentState(reading, request, within, logger)
        : answerOf(reading, request.about, logger);
    }
    case 'refused':
      return refused(failure.refusal, failure.final);
    case 'unexpected_state':
      return lookUp(request, within, logger, refused(failure.refusal));
    case 'look_up': {
      const { reason, concluded } = failure;
      const absent: ProviderAnswer<T> = concluded
        ? refused(providerError)
        : { outcome: 'unknown', reason, retryAfterMs: null };
      return lookUp(request, within, logger, absent);
    }
    case 'unknown':
      return { outcome: 'unknown', reason: failure.reason, retryAfterMs: failure.retryAfterMs };
  }
}

/**
 * What a replayed answer is about, as it is now. A used key brings the answer of its first request, word for word: since
 * then the customer may have acted, and webhooks that told so may have been taken for old news.
 */
function presentState<T>(
  saved: Reading<T>,
  request: ProviderRequest<T>,
  within: Within,
  logger: Logger,
): ProviderAnswer<T> | Promise<ProviderAnswer<T>> {
  const fromSaved = answerOf(saved, request.about, logger);
  if (fromSaved.outcome !== 'answered') return fromSaved;
  const find = (): Promise<unknown> => request.reread(fromSaved.value);
  return lookUp({ ...request, find }, within, logger, fromSaved);
}

/** `absent` is the answer when nothing of the request is to be seen. */
async function lookUp<T>(
  request: ProviderRequest<T>,
  within: Within,
  logger: Logger,
  absent: ProviderAnswer<T>,
): Promise<ProviderAnswer<T>> {
  try {
    const found = await within(request.find());
    return found === undefined ? absent : answerOf(request.read(found), request.about, logger);
  } catch (error) {
    const failure = classifyStripeError(error);
    report(failure, error, request.about, logger);
    const unknown = failure.kind === 'unknown' ? failure : undefined;
    const retryAfterMs = unknown?.retryAfterMs ?? null;
    // That Stripe was not asked, or was asked too often, says nothing against its health.
    const isOfRate = unknown?.reason === 'no_turn' || unknown?.reason === 'rate_limited';
    return { outcome: 'unknown', reason: isOfRate ? unknown.reason : 'look_up_failed', retryAfterMs };
  }
}

function answerOf<T>(
  reading: Reading<T>,
  about: Readonly<Record<string, string>>,
  logger: Logger,
): ProviderAnswer<T> {
  if (reading.outcome === 'read') return { outcome: 'answered', value: reading.value };
  logger.error({ ...about, reason: reading.reason }, 'an answer of Stripe cannot be read');
  return { outcome: 'unknown', reason: 'unreadable_answer', retryAfterMs: null };
}

function refused(refusal: Refusal, final = false): ProviderAnswer<never> {
  return { outcome: 'refused', refusal, final };
}

function report(
  failure: StripeFailure,
  error: unknown,
  about: Readonly<Record<string, string>>,
  logger: Logger,
): void {
  if (failure.kind === 'declined' || failure.kind === 'unexpected_state') return;
  if (failure.kind === 'refused') {
    logger.info({ ...about, code: failure.refusal.code }, 'Stripe refused a request');
    return;
  }
  const fields = { ...about, reason: failure.reason, err: describe(error) };
  if (failure.alarm) logger.error(fields, 'a request to Stripe needs attention');
  else logger.warn(fields, 'the outcome of a request to Stripe is not known');
}

/** The SDK's errors carry request headers and whole objects, which do not belong into a log. */
function describe(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { message: String(error) };
  const { requestId, code, statusCode } = error as Error & Readonly<Record<string, unknown>>;
  return { type: error.name, message: error.message, requestId, code, statusCode };
}

/**
 * The SDK writes out where it was called from, with every call, should it come to fail: with source maps switched on that
 * doubles what building a request takes, and no log of ours shows it.
 */
function withoutStack<V>(call: () => V): V {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return call();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Ends a wait for Stripe after the adapter's own deadline. */
export type Within = <V>(work: Promise<V>) => Promise<V>;

/** The SDK's own timeout is of silence on the socket, and it may send twice: this bounds the whole. */
export function deadlineOf(timeoutMs: number): Within {
  return (work) =>
    endAfter(timeoutMs, work, () => {
      const message = `no answer within the timeout of ${timeoutMs} ms`;
      throw new Stripe.errors.StripeConnectionError({ type: 'api_error', message });
    });
}
