import type { IncomingHttpHeaders } from 'node:http';
import { apiKeyOf } from './api-keys.js';
import type { BehaviourQueue, QueuedBehaviour } from './behaviours.js';
import { declineReason } from './decline-reasons.js';
import { expand, present } from './expansion.js';
import { parseForm } from './form-encoding.js';
import type { Answer } from './http-io.js';
import { pause } from './http-io.js';
import type { Fingerprint, IdempotencyLayer } from './idempotency.js';
import type { JsonObject } from './json.js';
import type { Match } from './operations.js';
import { strings } from './parameter-access.js';
import type { Parameters } from './parameters.js';
import { validate } from './parameters.js';
import type { RateLimiter } from './rate-limiter.js';
import type { SimulatorCore } from './simulator-core.js';
import { lockTimeout, rateLimited, StripeFault, serverError } from './stripe-fault.js';
import { upgradeForm } from './version-changes.js';
import type { WebhookSender } from './webhook-sender.js';
import type { Call, World } from './world.js';

/** A request to the API, read completely. */
export type ApiRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
};

/** What the transport has to do: answer, cut the connection, or keep it open without an answer. */
export type Outcome = Answer | 'cut' | 'silence';

export type PipelineParts = {
  readonly core: SimulatorCore;
  readonly idempotency: IdempotencyLayer;
  readonly limiter: RateLimiter;
  readonly behaviours: BehaviourQueue;
  readonly sender: WebhookSender;
  readonly find: (method: string, path: string) => Match | undefined;
};

type Executed = {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
};

/**
 * The way of an API request: authentication, ordered faults, rate limit, idempotency, validation, execution,
 * commit, webhooks, answer. What comes before execution is never saved under an idempotency key.
 */
export class ApiPipeline {
  readonly #parts: PipelineParts;
  readonly #world: World;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    this.#world = parts.core.world;
  }

  /** Handles one request; never throws for what a client did. */
  async handle(request: ApiRequest): Promise<Outcome> {
    const requestId = this.#world.ids.mint('req_', 14);
    const key = idempotencyKeyOf(request);
    const common = this.#commonHeaders(request, requestId, key);
    try {
      const apiKey = apiKeyOf(request.headers);
      const match = this.#parts.find(request.method, request.path);
      if (match === undefined) throw unknownRoute(request);
      const order = this.#parts.behaviours.take(match.operation.name, request.method, request.path);
      const early = this.#beforeIdempotency(order);
      if (early !== null) return early;
      if (!this.#parts.limiter.admits(match.operation.name)) throw rateLimited();
      if (this.#world.settings.defaultDelayMs > 0) await pause(this.#world.settings.defaultDelayMs);
      return await this.#keyed(request, match, { requestId, key, apiKey, order, common });
    } catch (error) {
      return answerOf(error, common);
    }
  }

  #beforeIdempotency(order: QueuedBehaviour | null): Outcome | null {
    switch (order?.behavior) {
      case 'reset_before':
        return 'cut';
      case 'hang':
        return 'silence';
      case 'rate_limit':
        throw rateLimited();
      case 'lock_timeout':
        throw lockTimeout();
      case 'error_500_before':
        throw serverError(false);
      default:
        return null;
    }
  }

  async #keyed(request: ApiRequest, match: Match, context: Context): Promise<Outcome> {
    const { idempotency } = this.#parts;
    const { order, common, key } = context;
    const fingerprint: Fingerprint | null =
      key === null
        ? null
        : { key, scope: context.apiKey, endpoint: `${request.method} ${request.path}`, bytes: request.body };
    const saved = fingerprint === null ? null : idempotency.lookUp(fingerprint);
    if (saved !== null) {
      const headers = {
        ...common,
        ...(saved.status === 500 ? { 'Stripe-Should-Retry': 'false' } : {}),
        'Idempotent-Replayed': 'true',
        'Original-Request': saved.request_id,
      };
      return this.#afterwards({ status: saved.status, body: saved.body, headers }, order);
    }
    const params = this.#validated(request, match);
    if (fingerprint !== null) idempotency.begin(fingerprint);
    try {
      if (order?.behavior === 'delay') await pause(order.delayMs);
      if (this.#parts.core.closed) return 'cut';
      const executed = this.#execute(match, params, context);
      if (fingerprint !== null) {
        idempotency.save(fingerprint, {
          status: executed.status,
          body: executed.body,
          request_id: context.requestId,
          api_version: versionOf(request.headers, this.#world),
        });
      }
      await this.#commitAndSend();
      const headers = { ...common, ...executed.headers };
      return await this.#afterwards({ ...executed, headers }, order);
    } finally {
      if (fingerprint !== null) idempotency.end(fingerprint);
    }
  }

  #validated(request: ApiRequest, match: Match): Parameters {
    const sent = parseForm(request.method === 'POST' ? request.body : request.query);
    const form = upgradeForm(match.operation.name, versionOf(request.headers, this.#world), sent);
    const params = validate(match.operation.schema, form);
    match.operation.check?.(params);
    return params;
  }

  #execute(match: Match, params: Parameters, context: Context): Executed {
    const { order } = context;
    if (order?.behavior === 'error_500_without_effect_saved') return faultAnswer(serverError(true));
    const call: Call = {
      params,
      id: match.id,
      subId: match.subId,
      requestId: context.requestId,
      idempotencyKey: context.key,
      forcedDecline: order?.behavior === 'decline' ? declineReason(order.declineCode) : null,
    };
    const executed = this.#run(match, call);
    return order?.behavior === 'error_500_after' ? faultAnswer(serverError(true)) : executed;
  }

  #run(match: Match, call: Call): Executed {
    let value: JsonObject;
    try {
      value = match.operation.run(this.#world, call);
    } catch (error) {
      if (error instanceof StripeFault) return faultAnswer(error);
      this.#parts.core.rollback();
      throw error;
    }
    try {
      const paths = strings(call.params, 'expand') ?? [];
      const shown = expand(this.#world, present(this.#world, value), paths);
      return { status: 200, body: JSON.stringify(shown), headers: {} };
    } catch (error) {
      // A property that cannot be expanded is a bad parameter: the request must leave no trace.
      this.#parts.core.rollback();
      throw error;
    }
  }

  async #commitAndSend(): Promise<void> {
    const { core, sender } = this.#parts;
    const deliveries = core.commit();
    if (deliveries.length === 0) return;
    if (sender.modes.beforeAnswer) await sender.dispatchAndWait(deliveries);
    else sender.dispatch(deliveries);
  }

  async #afterwards(answer: Answer, order: QueuedBehaviour | null): Promise<Outcome> {
    if (order === null) return answer;
    const late = order.behavior === 'lose_answer' || order.behavior === 'delay_after';
    if (late && order.delayMs > 0) await pause(order.delayMs);
    return order.behavior === 'lose_answer' ? 'cut' : answer;
  }

  #commonHeaders(
    request: ApiRequest,
    requestId: string,
    key: string | null,
  ): Readonly<Record<string, string>> {
    return {
      'Content-Type': 'application/json',
      'Request-Id': requestId,
      'Stripe-Version': versionOf(request.headers, this.#world),
      Date: new Date(this.#world.clock.nowMs()).toUTCString(),
      ...(key === null ? {} : { 'Idempotency-Key': key }),
    };
  }
}

type Context = {
  readonly requestId: string;
  readonly key: string | null;
  readonly apiKey: string;
  readonly order: QueuedBehaviour | null;
  readonly common: Readonly<Record<string, string>>;
};

/** Keys matter for POST only: GET and DELETE are idempotent by themselves. */
function idempotencyKeyOf(request: ApiRequest): string | null {
  const key = request.headers['idempotency-key'];
  return request.method === 'POST' && typeof key === 'string' && key !== '' ? key : null;
}

function versionOf(headers: IncomingHttpHeaders, world: World): string {
  const version = headers['stripe-version'];
  return typeof version === 'string' ? version : world.settings.apiVersion;
}

function unknownRoute(request: ApiRequest): StripeFault {
  return new StripeFault(404, {
    type: 'invalid_request_error',
    message:
      `Unrecognized request URL (${request.method}: ${request.path}). Please see https://stripe.com/docs or we ` +
      'can help at https://support.stripe.com/.',
  });
}

function faultAnswer(fault: StripeFault): Executed {
  return { status: fault.status, body: JSON.stringify(fault.body()), headers: fault.headers };
}

function answerOf(error: unknown, common: Readonly<Record<string, string>>): Answer {
  if (error instanceof StripeFault) {
    const answer = faultAnswer(error);
    return { ...answer, headers: { ...common, ...answer.headers } };
  }
  // A defect of the simulator: answer as Stripe would and leave the trace where a developer looks.
  process.stderr.write(
    `stripe simulator: ${error instanceof Error ? (error.stack ?? error.message) : error}\n`,
  );
  const answer = faultAnswer(serverError(false));
  return { ...answer, headers: { ...common, ...answer.headers } };
}
