import type { Request, Response } from 'express';
import { v7 } from 'uuid';
import type { IdempotencyRecords } from '../../../../application/ports/idempotency-records.js';
import type { Admission } from '../../shared/admission.js';
import { hasKeyInAddress } from '../../shared/authenticate.js';
import { cardNumberRefused, refuseCardNumberIn } from '../../shared/card-numbers.js';
import type { OnAnswered } from '../../shared/dispatch.js';
import type { ExchangeParts } from '../../shared/exchange.js';
import { beginExchange, countRequest, hiddenPath } from '../../shared/exchange.js';
import type { WireAnswer } from '../../shared/idempotency.js';
import { answerOnce, fingerprintOf } from '../../shared/idempotency.js';
import { parseInput } from '../../shared/parse-input.js';
import { Refused, refused } from '../../shared/problem.js';
import { problemOfError } from '../../shared/problem-of-error.js';
import { readCookie } from './cookies.js';
import { checkForm } from './csrf.js';
import type { FormFields } from './form-body.js';
import { readForm, readFormWithFiles } from './form-body.js';
import { readerZone } from './format.js';
import type { Page, PageAnswer, PageArea, PageContext } from './page.js';
import type { Reading } from './reading.js';
import { isFromElsewhere } from './reading.js';
import type { SendPage } from './send-page.js';
import { toldRefusal } from './told-refusal.js';

export type PageDispatchParts = ExchangeParts & {
  readonly admission: Admission;
  readonly idempotency: IdempotencyRecords;
  readonly leaseMs: number;
  readonly bodyBytesMax: number;
  readonly onAnswered?: OnAnswered | undefined;
  readonly send: SendPage;
};

/** Takes requests for pages from the wire to their handler and back, as `createDispatch` does for the API's. */
export function createPageDispatch(parts: PageDispatchParts) {
  const { logger, admission } = parts;

  /** A token in an address is a secret: the log, the answer and the access log name the page instead. */
  function beginReading(area: PageArea<unknown>, request: Request, page?: Page): Reading {
    const begun = beginExchange(request, parts.trustedProxies);
    const path = page?.path.includes(':token') === true ? page.path : begun.path;
    const exchange = { ...begun, path, log: { ...begun.log, path } };
    const secure = request.secure;
    const context: PageContext = {
      requestId: exchange.id,
      commandId: v7(),
      network: exchange.network,
      userAgent: (request.headers['user-agent'] ?? '').slice(0, 200),
      sessionToken: readCookie(request.headers, area.cookie.name, secure),
      address: request.url,
      zone: readerZone(readZone(request.headers.cookie)),
      origin: `${secure ? 'https' : 'http'}://${request.headers.host ?? 'localhost'}`,
      cookie: (name) => readCookie(request.headers, name, secure),
    };
    return { exchange, area, secure, context, visitor: undefined, reason: undefined };
  }

  async function dispatch(page: Page, request: Request, response: Response): Promise<void> {
    const reading = beginReading(page.area, request, page);
    let answer: PageAnswer;
    try {
      answer = await answerTo(page, reading);
    } catch (error) {
      answer = answerOfError(error, reading);
    }
    send(reading, response, page, answer);
  }

  /** Answers a request below an area that no page takes. */
  async function refuse(
    area: PageArea<unknown>,
    error: unknown,
    request: Request,
    response: Response,
    page?: Page,
  ): Promise<void> {
    const reading = beginReading(area, request, page);
    let told = error;
    try {
      await countRequest(parts, reading.exchange);
      await findVisitor(reading);
    } catch (refusal) {
      told = refusal;
    }
    send(reading, response, undefined, answerOfError(told, reading));
  }

  async function findVisitor(reading: Reading, byItself = false): Promise<void> {
    const { area, context } = reading;
    if (context.sessionToken === undefined) return;
    reading.visitor = await area.visitorOf(context.sessionToken, { byItself });
  }

  async function answerTo(page: Page, reading: Reading): Promise<PageAnswer> {
    const { exchange } = reading;
    const { request } = exchange;
    await countRequest(parts, exchange);
    if (hasKeyInAddress(request.url)) {
      logger.warn(exchange.log, 'an API key was sent in an address: it must be taken for leaked');
      throw refused('api_key_in_query', { detail: 'Replace that key: an address is kept in histories.' });
    }
    if (exchange.path === hiddenPath) throw cardNumberRefused('address');
    admission.checkLoop(page.method === 'get' ? 'reads' : 'writes');
    await findVisitor(reading, page.byItself === true);
    if (page.method === 'get' && page.fromElsewhere !== true && isFromElsewhere(reading))
      return onceMore(reading.context);
    const away = signInInstead(page, reading);
    if (away !== undefined) return away;
    const params = readParams(page, request);
    if (page.method === 'get') {
      const query = readQuery(page, request);
      return admission.run('reads', async () =>
        page.handle({ visitor: reading.visitor, params, query, form: undefined, context: reading.context }),
      );
    }
    const fields = await (page.uploadBytesMax === undefined
      ? readForm(request, parts.bodyBytesMax)
      : readFormWithFiles(request, page.uploadBytesMax));
    checkForm(request.headers, fields['csrf'], reading.context.sessionToken);
    return admission.run('writes', () => take(page, reading, params, fields));
  }

  /** What was refused is told where the form was sent from, as long as that is for the reader to mend. */
  async function take(
    page: Page,
    reading: Reading,
    params: unknown,
    fields: FormFields,
  ): Promise<PageAnswer> {
    const { csrf: _csrf, once, ...given } = fields;
    const handled = async (commandId: string): Promise<PageAnswer> => {
      let form: unknown;
      try {
        refuseCardNumberIn(given);
        form = page.form === undefined ? undefined : parseInput(page.form, given, 'body');
        if (typeof given['reason'] === 'string') reading.reason = given['reason'];
        const context = { ...reading.context, commandId };
        return await page.handle({ visitor: reading.visitor, params, query: undefined, form, context });
      } catch (error) {
        const told = toldRefusal(error);
        const to = told === undefined ? undefined : page.back({ params, form });
        if (told === undefined || to === undefined) throw error;
        return { kind: 'redirect', to, told: { kind: told.kind, text: told.text } };
      }
    };
    if (typeof once !== 'string' || !/^[\w-]{1,64}$/.test(once)) return handled(reading.context.commandId);
    return takeOnce(page, reading, { once, params, given }, handled);
  }

  /** A form that is sent twice is one command, and leads to the same place. What is no redirect is not kept: it may be a secret. */
  async function takeOnce(
    page: Page,
    { exchange, context }: Reading,
    sent: { readonly once: string; readonly params: unknown; readonly given: FormFields },
    handled: (commandId: string) => Promise<PageAnswer>,
  ): Promise<PageAnswer> {
    const identity = {
      caller: `form ${fingerprintOf(context.sessionToken ?? '')}`.slice(0, 60),
      method: 'POST',
      path: exchange.request.path,
      key: sent.once,
      // With the session's secret, so that nobody can guess from what is kept what was sent.
      fingerprint: fingerprintOf({ given: sent.given, session: context.sessionToken ?? '' }),
    };
    let first: PageAnswer | undefined;
    const kept = { records: parts.idempotency, logger, leaseMs: parts.leaseMs };
    const back = page.back({ params: sent.params, form: undefined });
    let wire: WireAnswer;
    try {
      wire = await answerOnce(kept, identity, async (commandId) => {
        first = await handled(commandId);
        return keptForm(first, back ?? page.area.path);
      });
    } catch (error) {
      const isUnderWay = error instanceof Refused && error.problem.code === 'idempotency_in_progress';
      if (!isUnderWay || back === undefined) throw error;
      // The browser shows the answer to the second click and forgets the first one's.
      const text = 'It is under way, and done once. Look again in a moment.';
      return { kind: 'redirect', to: back, told: { kind: 'good', text } };
    }
    if (first !== undefined) return first;
    const [to = '/', text = 'This was done already.', kind] = JSON.parse(
      String(wire.body),
    ) as readonly string[];
    return { kind: 'redirect', to, told: { kind: kind === 'bad' ? 'bad' : 'good', text } };
  }

  function answerOfError(error: unknown, { exchange }: Reading): PageAnswer {
    const { problem, log } = problemOfError(error);
    if (log !== 'none') {
      const fields = { ...exchange.log, err: error, ...(log === 'alert' ? { alert: true } : {}) };
      logger[log === 'warn' ? 'warn' : 'error'](fields, 'a page failed');
    }
    const { status, title, detail, retryAfterSeconds } = problem;
    const data = { status, title, detail, requestId: exchange.id, retryAfterSeconds };
    return { kind: 'page', template: '/error', title, status, data };
  }

  function send(reading: Reading, response: Response, page: Page | undefined, answer: PageAnswer): void {
    const { exchange } = reading;
    const status = parts.send(reading, response, answer);
    const ms = performance.now() - exchange.startedAt;
    parts.onAnswered?.(page?.method ?? 'any', page?.path ?? 'none', status, ms);
    logger.info({ ...exchange.log, route: page?.path, status, ms: Math.round(ms) }, 'request');
    if (reading.visitor === undefined) return;
    const { id: requestId, path, network } = exchange;
    const { method } = exchange.request;
    const { reason } = reading;
    reading.area.onVisit?.(reading.visitor, { method, path, status, reason, requestId, network });
  }

  return { dispatch, refuse };
}

/** A page of ours that asks for the same address again by itself: from it the browser comes with its cookie. */
function onceMore({ address }: PageContext): PageAnswer {
  return { kind: 'page', template: '/admin/signed-in', title: 'One moment', data: { goOn: address } };
}

/** @throws Refused when the reader may not see the page, wherever they sign in */
function signInInstead(page: Page, { area, visitor, context }: Reading): PageAnswer | undefined {
  if (page.access === 'anyone') return undefined;
  if (visitor === undefined) {
    if (area.signInPath === null)
      throw refused('sign_in_required', { detail: 'Open the link you were sent.' });
    const next = page.method === 'get' ? `?next=${encodeURIComponent(context.address)}` : '';
    return { kind: 'redirect', to: `${area.signInPath}${next}` };
  }
  if (page.access === 'signed_in' || area.allows(visitor, page.access)) return undefined;
  throw refused('role_insufficient', { detail: `This needs a role with ${page.access}.` });
}

function readParams(page: Page, request: Request): unknown {
  if (page.params === undefined) return undefined;
  const result = page.params.safeParse(request.params);
  if (result.success) return result.data;
  throw refused('resource_missing', { detail: 'There is nothing of this kind with this id.' });
}

/** A filter that was left empty is one that was left out. */
function readQuery(page: Page, request: Request): unknown {
  const given = Object.entries(request.query as Readonly<Record<string, unknown>>);
  const filled = Object.fromEntries(given.filter(([, value]) => value !== ''));
  if (page.query === undefined) return undefined;
  return parseInput(page.query, filled, 'query');
}

function keptForm(answer: PageAnswer, path: string): WireAnswer {
  const to = answer.kind === 'redirect' ? answer.to : path;
  const told = answer.kind === 'redirect' || answer.kind === 'page' ? answer.told : undefined;
  const body = JSON.stringify(told === undefined ? [to] : [to, told.text, told.kind]);
  const status = answer.kind === 'page' ? (answer.status ?? 200) : 303;
  return { status, contentType: 'application/json', body, etag: null, headers: {} };
}

function readZone(cookie: string | undefined): string | undefined {
  const encoded = /(?:^|;\s*)counterfoil-zone=([\w%/+.-]{1,100})/.exec(cookie ?? '')?.[1];
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
