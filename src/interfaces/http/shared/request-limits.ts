import type { IncomingMessage } from 'node:http';
import type { Verdict } from '../../../application/limit/client-limits.js';
import type { Logger } from '../../../application/ports/logger.js';
import type { Refused } from './problem.js';
import { refused } from './problem.js';

/** A request, and what the limits that were looked at say of it: the one that leaves least. */
export type LimitedRequest = {
  readonly request: IncomingMessage;
  readonly log: Readonly<Record<string, unknown>>;
  verdict: Verdict | undefined;
};

type Ask = () => Verdict | undefined | Promise<Verdict>;

/**
 * Looks at one limit, and notes what it says for the answer's headers. When it cannot be looked at, reads pass and writes do
 * not: nobody shall move money unchecked.
 * @throws Refused when the limit is reached, or was not looked at before a write
 */
export async function checkLimit(logger: Logger, limited: LimitedRequest, ask: Ask): Promise<void> {
  let verdict: Verdict | undefined;
  try {
    verdict = await ask();
  } catch (error) {
    logger.error({ ...limited.log, err: error, alert: true }, 'a rate limit could not be looked at');
    const { method } = limited.request;
    if (method === 'GET' || method === 'HEAD') return;
    throw unchecked();
  }
  if (verdict === undefined) return;
  if (limited.verdict === undefined || verdict.remaining <= limited.verdict.remaining) {
    limited.verdict = verdict;
  }
  if (!verdict.allowed) throw tooMany('rate_limited', verdict);
}

export function tooMany(kind: 'rate_limited' | 'card_testing_suspected', verdict: Verdict): Refused {
  const { retryMs, penalized } = verdict;
  const retryAfterSeconds = secondsOf(retryMs);
  return refused(kind, {
    detail: `Ask again in ${retryAfterSeconds} s.`,
    retryAfterSeconds,
    ...(penalized === null ? {} : { members: { limit: penalized } }),
  });
}

export function unchecked(): Refused {
  return refused('unavailable', {
    detail: 'Whether this may be done could not be checked; nothing was written. Ask again shortly.',
    retryAfterSeconds: 1,
  });
}

/** Of a refusal the reset is the time of its Retry-After; of anything else, that at which the whole limit is there again. */
export function rateLimitHeaders(verdict: Verdict): Readonly<Record<string, string>> {
  const { allowed, limit, remaining, retryMs, fullMs } = verdict;
  return {
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(secondsOf(allowed ? fullMs : retryMs)),
  };
}

/** Of an answer that refuses, where no problem brings its Retry-After. */
export function retryHeaders(verdict: Verdict): Readonly<Record<string, string>> {
  return { ...rateLimitHeaders(verdict), 'retry-after': String(secondsOf(verdict.retryMs)) };
}

function secondsOf(ms: number): number {
  return Math.max(Math.ceil(ms / 1000), 1);
}
