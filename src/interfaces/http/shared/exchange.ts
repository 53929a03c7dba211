import type { Request } from 'express';
import type { ClientLimits, Verdict } from '../../../application/limit/client-limits.js';
import type { Logger } from '../../../application/ports/logger.js';
import { holdsCardNumber } from './card-numbers.js';
import { addressOf, networkOf } from './client-address.js';
import { percentDecoded, requestIdOf, traceIdOf } from './request-headers.js';
import { checkLimit } from './request-limits.js';

/** One request on its way through. */
export type Exchange = {
  readonly request: Request;
  readonly id: string;
  readonly path: string;
  readonly startedAt: number;
  readonly log: Record<string, unknown>;
  readonly network: string;
  /** Id of the API key, once it is known. */
  caller: string | undefined;
  /** Of the limit that leaves the client least. */
  verdict: Verdict | undefined;
};

/** Stands for an address with a card number in it, for answers and the log. */
export const hiddenPath = '/[hidden]';

export type ExchangeParts = {
  readonly limits: ClientLimits;
  readonly logger: Logger;
  /** Reverse proxies in front of us whose X-Forwarded-For is believed. */
  readonly trustedProxies: number;
};

/** A link that lets somebody in ends in a secret, which neither the log nor an answer shall hold; also where a text has one. */
export function withoutTokens(text: string): string {
  return text.replaceAll(/(?<=\/)[\w-]{43}(?=[/\s]|$)/g, '[token]');
}

export function beginExchange(request: Request, trustedProxies: number): Exchange {
  const id = requestIdOf(request.headers);
  const { method } = request;
  const path = holdsCardNumber(percentDecoded(request.url)) ? hiddenPath : withoutTokens(request.path);
  const traceId = traceIdOf(request.headers);
  const log = { request_id: id, method, path, ...(traceId === undefined ? {} : { trace_id: traceId }) };
  const network = networkOf(addressOf(request, trustedProxies));
  return {
    request,
    id,
    path,
    startedAt: performance.now(),
    log,
    network,
    caller: undefined,
    verdict: undefined,
  };
}

/** @throws Refused when too many come from the address */
export function countRequest({ limits, logger }: ExchangeParts, exchange: Exchange): Promise<void> {
  const { network, id } = exchange;
  return checkLimit(logger, exchange, () => limits.spend('requests_from_address', network, id));
}
