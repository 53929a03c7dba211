import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { v7 } from 'uuid';
import type { Logger } from '../../../../application/ports/logger.js';
import { rateLimitHeaders } from '../../shared/request-limits.js';
import { readSecurityHeaders } from '../../shared/security-headers.js';
import type { CookieToSet } from './cookies.js';
import { cookieHeader, readCookie } from './cookies.js';
import { csrfTokenOf, randomToken } from './csrf.js';
import type { PageAnswer } from './page.js';
import type { Reading } from './reading.js';
import { isFromElsewhere } from './reading.js';
import type { Frame, Render } from './renderer.js';
import { readTold, toldCookie, writeTold } from './told-cookie.js';

/** Answers the status that was sent. */
export type SendPage = (reading: Reading, response: Response, answer: PageAnswer) => number;

type Outgoing = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly cookies: readonly CookieToSet[];
  readonly body: string | Buffer;
};

type AnswerOf<K extends PageAnswer['kind']> = Extract<PageAnswer, { readonly kind: K }>;

/** Sends pages; streams are kept so that they can be ended when the process stops. */
export function createSendPage(parts: {
  readonly render: Render;
  readonly mode: Frame['mode'];
  readonly logger: Logger;
}): { readonly send: SendPage; endStreams(): void } {
  const { render, mode, logger } = parts;
  const securityHeaders = readSecurityHeaders({ forms: true });
  const streams = new Set<AbortController>();

  function send(reading: Reading, response: Response, answer: PageAnswer): number {
    const { exchange } = reading;
    const headers: Record<string, string | number | readonly string[]> = {
      ...securityHeaders,
      'x-request-id': exchange.id,
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
      ...(exchange.verdict === undefined ? {} : rateLimitHeaders(exchange.verdict)),
    };
    if (answer.kind === 'stream') {
      response.writeHead(200, { ...headers, 'content-type': 'text/event-stream; charset=utf-8' });
      stream(reading, response, answer);
      return 200;
    }
    if (answer.kind === 'pieces') {
      response.writeHead(200, { ...headers, ...fileHeaders(answer) });
      if (exchange.request.method === 'HEAD') response.end();
      else sendPieces(reading, response, answer);
      return 200;
    }
    const out = outgoing(reading, answer);
    const cookies = out.cookies.map((cookie) => cookieHeader(cookie, reading.secure));
    response.writeHead(out.status, {
      ...headers,
      ...out.headers,
      'content-length': Buffer.byteLength(out.body),
      ...(cookies.length === 0 ? {} : { 'set-cookie': cookies }),
    });
    if (exchange.request.method === 'HEAD') response.end();
    else response.end(out.body);
    return out.status;
  }

  function outgoing(
    reading: Reading,
    answer: Exclude<PageAnswer, { readonly kind: 'stream' | 'pieces' }>,
  ): Outgoing {
    switch (answer.kind) {
      case 'page':
        return htmlOf(reading, answer);
      case 'redirect':
        return {
          status: 303,
          headers: { location: answer.to },
          cookies: [
            ...sessionCookies(reading, answer.session),
            ...(answer.told === undefined ? [] : [{ ...toldCookie, value: writeTold(answer.told) }]),
          ],
          body: '',
        };
      case 'away':
        return { status: 303, headers: { location: answer.to }, cookies: answer.cookies, body: '' };
      case 'file':
        return { status: 200, headers: fileHeaders(answer), cookies: [], body: answer.body };
    }
  }

  /** A reader without a cookie gets one, so that the forms of the page have something to be bound to. */
  function htmlOf(reading: Reading, answer: AnswerOf<'page'>): Outgoing {
    const { request } = reading.exchange;
    const { sessionToken: known } = reading.context;
    const session = answer.session === 'ended' ? undefined : answer.session;
    const token = session?.token ?? known ?? randomToken();
    const told = answer.told ?? readTold(readCookie(request.headers, toldCookie.name, reading.secure));
    const retryAfter = answer.data['retryAfterSeconds'];
    return {
      status: answer.status ?? 200,
      headers: {
        ...(answer.outside === undefined
          ? {}
          : readSecurityHeaders({ forms: true, outside: answer.outside })),
        'content-type': 'text/html; charset=utf-8',
        ...(typeof retryAfter === 'number' ? { 'retry-after': retryAfter } : {}),
      },
      cookies: [
        ...(answer.cookies ?? []),
        // To one who came from elsewhere it would take the place of the cookie that was left behind, and sign them out.
        ...(session !== undefined || (known === undefined && !isFromElsewhere(reading))
          ? [cookieOf(reading, token, session?.maxAgeSeconds ?? null)]
          : []),
        ...(told === null || answer.told !== undefined
          ? []
          : [{ ...toldCookie, value: null, maxAgeSeconds: 0 }]),
      ],
      body: render(answer.template, answer.data, frameOf(reading, answer.title, token, told)),
    };
  }

  function frameOf(reading: Reading, title: string, token: string, told: Frame['told']): Frame {
    const { area, visitor, context, exchange } = reading;
    return {
      ...{ title, mode, zone: context.zone, csrf: csrfTokenOf(token), once: () => v7(), told },
      area: {
        name: area.name,
        path: area.path,
        layout: visitor === undefined ? '/layouts/plain' : area.layout,
        ...area.frame(visitor, exchange.path),
      },
    };
  }

  function stream(reading: Reading, response: Response, answer: AnswerOf<'stream'>): void {
    const ending = new AbortController();
    streams.add(ending);
    response.once('close', () => ending.abort());
    const frame = frameOf(reading, '', reading.context.sessionToken ?? '', null);
    const push = (template: string, data: Readonly<Record<string, unknown>>): void => {
      const text = render(template, data, frame);
      response.write(`data: ${JSON.stringify(text)}\n\n`);
    };
    answer
      .run(push, ending.signal)
      .catch((error: unknown) => {
        if (!ending.signal.aborted) logger.error({ ...reading.exchange.log, err: error }, 'a stream failed');
      })
      .finally(() => {
        streams.delete(ending);
        response.end();
      });
  }

  function sendPieces(reading: Reading, response: Response, { pieces }: AnswerOf<'pieces'>): void {
    const ending = new AbortController();
    streams.add(ending);
    // One piece is made ready while the one before is sent.
    pipeline(Readable.from(pieces, { highWaterMark: 1 }), response, { signal: ending.signal })
      .catch((error: unknown) => {
        // The process stops, or the reader went away.
        const { code } = error as NodeJS.ErrnoException;
        if (ending.signal.aborted || code === 'ERR_STREAM_PREMATURE_CLOSE') return;
        logger.error({ ...reading.exchange.log, err: error }, 'a file broke off');
      })
      .finally(() => streams.delete(ending));
  }

  return {
    send,
    endStreams() {
      for (const ending of streams) ending.abort();
    },
  };
}

function fileHeaders(file: Pick<AnswerOf<'file'>, 'contentType' | 'fileName' | 'inline'>) {
  return {
    'content-type': file.contentType,
    'content-disposition': `${file.inline === true ? 'inline' : 'attachment'}; filename="${file.fileName.replace(/[^\w.-]/g, '_')}"`,
  };
}

function sessionCookies(reading: Reading, session: AnswerOf<'redirect'>['session']): readonly CookieToSet[] {
  if (session === undefined) return [];
  if (session === 'ended') return [cookieOf(reading, null, 0)];
  return [cookieOf(reading, session.token, session.maxAgeSeconds)];
}

function cookieOf({ area }: Reading, value: string | null, maxAgeSeconds: number | null): CookieToSet {
  return { ...area.cookie, value, maxAgeSeconds };
}
