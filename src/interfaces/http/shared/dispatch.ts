import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import { v7 } from 'uuid';
import { z } from 'zod';
import type { AccessLog } from '../../../application/ports/access-log.js';
import type { ApiKey, ApiKeys, Scope } from '../../../application/ports/api-keys.js';
import type { IdempotencyRecords } from '../../../application/ports/idempotency-records.js';
import type { Admission } from './admission.js';
import { authenticate, checkScope, hasKeyInAddress, invalidKey, secretOf } from './authenticate.js';
import { cardNumberRefused, refuseCardNumber, refuseCardNumberIn } from './card-numbers.js';
import type { Exchange, ExchangeParts } from './exchange.js';
import { beginExchange, countRequest, hiddenPath } from './exchange.js';
import { expanded, expandedBy, pathsShown } from './expand.js';
import type { WireAnswer } from './idempotency.js';
import { answerOnce, fingerprintOf } from './idempotency.js';
import { stringifyJson } from './json.js';
import { parseInput } from './parse-input.js';
import type { Problem } from './problem.js';
import { problemBody, refused } from './problem.js';
import { problemOfError } from './problem-of-error.js';
import { canonicalPath, readParams, readQuery } from './read-address.js';
import { readJson } from './read-body.js';
import { apiVersion, checkVersion, idempotencyKeyOf, ifRevisionOf, reasonOf } from './request-headers.js';
import { checkLimit, rateLimitHeaders } from './request-limits.js';
import type { Answer, Call, RequestContext, Route } from './route.js';
import { readSecurityHeaders } from './security-headers.js';

export type DispatchParts = ExchangeParts & {
  readonly apiKeys: ApiKeys;
  readonly idempotency: IdempotencyRecords;
  readonly admission: Admission;
  /** Gets every look at what is personal or audited, also one that was refused. */
  readonly accessLog: Pick<AccessLog, 'note'>;
  /** Told of every answer: the route as it is declared, its status, and how long it took. */
  readonly onAnswered?: OnAnswered | undefined;
  /** All of the API's, some of which show what `expand[]` asks for. */
  readonly routes: readonly Route[];
  readonly livemode: boolean;
  readonly leaseMs: number;
  /** Most bytes that the body of an API call may have. */
  readonly bodyBytesMax: number;
};

export type OnAnswered = (method: string, route: string, status: number, ms: number) => void;

const json = 'application/json; charset=utf-8';
const problemJson = 'application/problem+json; charset=utf-8';
const noBody = z.strictObject({});
/** Reads under these show what is known of people, or what the auditors see. */
const sensitive: ReadonlySet<Scope | 'public'> = new Set([
  'audit:read',
  'customers:read',
  'notifications:read',
  'users:read',
]);

/** Takes requests of a route from the wire to its handler and back. Everything that a route has in common is here. */
export function createDispatch(parts: DispatchParts) {
  const { logger, limits } = parts;
  const securityHeaders = readSecurityHeaders();
  const reading = new Map(
    parts.routes.filter(({ method }) => method === 'get').map((route) => [route.path, route]),
  );

  async function dispatch(route: Route, request: Request, response: Response): Promise<void> {
    const exchange = beginExchange(request, parts.trustedProxies);
    let answer: WireAnswer;
    try {
      answer = await answerTo(route, exchange);
    } catch (error) {
      answer = answerOfError(error, exchange);
    }
    send(exchange, response, route, answer);
  }

  /** Answers a request that no route takes. */
  async function refuse(error: unknown, request: Request, response: Response): Promise<void> {
    const exchange = beginExchange(request, parts.trustedProxies);
    let told = error;
    try {
      await countRequest(parts, exchange);
    } catch (refusal) {
      told = refusal;
    }
    send(exchange, response, undefined, answerOfError(told, exchange));
  }

  async function answerTo(route: Route, exchange: Exchange): Promise<WireAnswer> {
    const { request } = exchange;
    if (route.vital !== true) await countRequest(parts, exchange);
    if (hasKeyInAddress(request.url)) {
      logger.warn(exchange.log, 'an API key was sent in an address: it must be taken for leaked');
      throw refused('api_key_in_query', {
        detail: 'Send the key in the Authorization header, and replace it.',
      });
    }
    if (exchange.path === hiddenPath) throw cardNumberRefused('address');
    if (route.vital !== true) parts.admission.checkLoop(laneOf(route));
    const key = await callerOf(route, exchange);
    checkVersion(request.headers, key?.apiVersion);
    const params = route.params === undefined ? undefined : readParams(route, request);
    const query = readQuery(route, request);
    const reason = reasonOf(request.headers, route.reason === 'required');
    refuseCardNumber('X-Reason', reason);
    const ifRevision = ifRevisionOf(request.headers);
    const contextFor = (commandId: string): RequestContext => ({
      requestId: exchange.id,
      commandId,
      caller: key ?? null,
      ifRevision,
      network: exchange.network,
      metadata: {
        commandId,
        correlationId: exchange.id,
        causationId: exchange.id,
        actor: key === undefined ? { kind: 'system', id: 'public' } : { kind: 'api_key', id: key.id },
        reason,
      },
    });
    if (route.method === 'get') {
      const call = { params, query, body: undefined, context: contextFor(randomUUID()) };
      return admitted(route, async () => wired(await inFull(await route.handle(call), call, exchange)));
    }
    const idempotencyKey = idempotencyKeyOf(request.headers, route.idempotency === 'required');
    refuseCardNumber('Idempotency-Key', idempotencyKey);
    const raw = await readJson(request, Math.max(parts.bodyBytesMax, route.bodyBytesMax ?? 0));
    refuseCardNumberIn(raw);
    const read = parseInput(route.body ?? noBody, raw, 'body');
    const body = route.body === undefined ? undefined : read;
    const callFor = (commandId: string) => ({ params, query, body, context: contextFor(commandId) });
    if (key === undefined || idempotencyKey === undefined) {
      return admitted(route, () => execute(route, callFor(v7()), exchange));
    }
    route.validate({ params, query, body });
    const identity = {
      caller: key.id,
      method: route.method.toUpperCase(),
      path: canonicalPath(route, params),
      key: idempotencyKey,
      fingerprint: fingerprintOf(raw),
    };
    const kept = { records: parts.idempotency, logger, leaseMs: parts.leaseMs };
    return admitted(route, () =>
      answerOnce(kept, identity, (commandId) => execute(route, callFor(commandId), exchange)),
    );
  }

  /**
   * What `expand[]` asks for is read by the routes that show it: by their scopes, and noted as if it was asked for there. Who may
   * not read it is told so also where there is none.
   */
  async function inFull(answer: Answer, call: Call<unknown, unknown, unknown>, exchange: Exchange) {
    const wanted = expandedBy(call.query);
    if (wanted.length === 0) return answer;
    const { caller } = call.context;
    const routeOf = (path: string) => {
      const route = reading.get(path);
      if (route === undefined) throw new TypeError(`the API has no route GET ${path}`);
      return { route, scope: route.scope as Scope };
    };
    const shown = await expanded(answer, wanted, async (path, id) => {
      const { route, scope } = routeOf(path);
      const status = caller?.scopes.includes(scope) === true ? answer.status : 403;
      noteAccess({ ...exchange, path: path.replace(':id', id) }, route, status);
      checkScope(caller, scope);
      return (await route.handle({ ...call, params: { id }, query: undefined })).body;
    });
    for (const path of pathsShown(wanted)) checkScope(caller, routeOf(path).scope);
    return shown;
  }

  /** After the body is read: whoever sends slowly takes nobody's place, and what is shed has left no trace. */
  function admitted(route: Route, work: () => Promise<WireAnswer>): Promise<WireAnswer> {
    return route.vital === true ? work() : parts.admission.run(laneOf(route), work);
  }

  /** Guesses are counted by address and public beginning: who guesses locks out nobody who has another key. */
  async function callerOf(route: Route, exchange: Exchange): Promise<ApiKey | undefined> {
    if (route.scope === 'public') return undefined;
    const { request, network, id } = exchange;
    const secret = secretOf(request);
    const guesser = `${network} ${secret.slice(0, 16)}`;
    await checkLimit(logger, exchange, () => limits.refusalBy('bad_keys_from_address', guesser));
    const key = await authenticate(secret, parts.apiKeys, parts.livemode);
    if (key === undefined) {
      await checkLimit(logger, exchange, () => limits.spend('bad_keys_from_address', guesser, id));
      throw invalidKey();
    }
    exchange.log['api_key'] = key.id;
    exchange.caller = key.id;
    if (route.vital !== true) {
      await checkLimit(logger, exchange, () => limits.spend('requests_of_key', key.id, id));
    }
    checkScope(key, route.scope);
    return key;
  }

  /** A refusal or failure of the handler is an answer like any other: it may have to be kept. */
  async function execute(
    route: Route,
    call: Call<unknown, unknown, unknown>,
    exchange: Exchange,
  ): Promise<WireAnswer> {
    try {
      route.validate(call);
      return wired(await route.handle(call));
    } catch (error) {
      return answerOfError(error, exchange);
    }
  }

  function answerOfError(error: unknown, exchange: Exchange): WireAnswer {
    const told = problemOfError(error);
    if (told.problem.code === 'card_number_refused') {
      logger.warn(exchange.log, 'a card number was sent; nothing of the request is kept');
    }
    if (told.log !== 'none') {
      const fields = { ...exchange.log, err: error, ...(told.log === 'alert' ? { alert: true } : {}) };
      const level = told.log === 'warn' ? 'warn' : 'error';
      logger[level](fields, told.log === 'alert' ? 'a stream cannot be read' : 'a request failed');
    }
    return problemAnswer(told.problem, exchange);
  }

  function send(exchange: Exchange, response: Response, route: Route | undefined, answer: WireAnswer): void {
    const { request } = exchange;
    const headers: Record<string, string | number> = {
      ...securityHeaders,
      'x-request-id': exchange.id,
      'counterfoil-version': apiVersion,
      ...(route?.scope === 'public' ? {} : { 'cache-control': 'no-store' }),
      ...(exchange.verdict === undefined ? {} : rateLimitHeaders(exchange.verdict)),
      ...answer.headers,
    };
    if (answer.etag !== null) headers['etag'] = answer.etag;
    const unchanged =
      answer.status === 200 && answer.etag !== null && request.headers['if-none-match'] === answer.etag;
    const status = unchanged ? 304 : answer.status;
    if (!unchanged) {
      headers['content-type'] = answer.contentType;
      headers['content-length'] = Buffer.byteLength(answer.body);
    }
    response.writeHead(status, headers);
    if (unchanged || request.method === 'HEAD') response.end();
    else response.end(answer.body);
    noteAccess(exchange, route, status);
    const ms = performance.now() - exchange.startedAt;
    parts.onAnswered?.(route?.method ?? 'any', route?.path ?? 'none', status, ms);
    logger.info({ ...exchange.log, route: route?.path, status, ms: Math.round(ms) }, 'request');
  }

  /** As the console's pages are noted: which key looked at which address, and never what was asked for behind the `?`. */
  function noteAccess({ caller, id, path, network }: Exchange, route: Route | undefined, status: number) {
    if (caller === undefined || route?.method !== 'get' || !sensitive.has(route.scope)) return;
    const result = String(status);
    parts.accessLog.note({ user_id: caller, action: `GET ${path}`, result, request_id: id, network });
  }

  return { dispatch, refuse };
}

function laneOf({ method }: Route): 'reads' | 'writes' {
  return method === 'get' ? 'reads' : 'writes';
}

function wired(answer: Answer): WireAnswer {
  const { status, body, contentType, etag = null, headers = {}, toldOnce } = answer;
  if (contentType !== undefined) {
    return { status, contentType, body: body instanceof Uint8Array ? body : String(body), etag, headers };
  }
  const text = stringifyJson(body);
  const kept = { status, contentType: json, body: text, etag, headers };
  if (toldOnce === undefined) return kept;
  return { ...kept, body: stringifyJson({ ...(body as object), ...toldOnce }), keptBody: text };
}

function problemAnswer(problem: Problem, exchange: Exchange): WireAnswer {
  const { retryAfterSeconds, headers = {} } = problem;
  return {
    status: problem.status,
    contentType: problemJson,
    body: stringifyJson(problemBody(problem, exchange)),
    etag: null,
    ...(problem.retryable === true ? { retryable: true } : {}),
    headers: {
      ...headers,
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    },
  };
}
