import { randomInt } from 'node:crypto';
import type { Instant } from '../../domain/shared/instant.js';
import { parseInstant } from '../../domain/shared/instant.js';

/** Twelve attempts in about 20 hours: 1 s, 3 s, 9 s, ... up to twelve hours apart. */
export const webhookAttemptsMax = 12;
const firstDelayMs = 1_000;
const factor = 3;
const longestDelayMs = 12 * 3_600_000;

/** How long to wait after the n-th attempt: growing, and spread by a fifth so that many do not come back together. */
export function delayAfterAttempt(attempt: number): number {
  const delay = Math.min(firstDelayMs * factor ** Math.max(0, attempt - 1), longestDelayMs);
  return delay - randomInt(Math.floor(delay / 5) + 1);
}

export function later(now: Instant, ms: number): Instant {
  const instant = parseInstant(new Date(Date.parse(now) + ms).toISOString());
  if (instant === undefined) throw new RangeError(`${ms} ms after ${now} is no instant`);
  return instant;
}
