import { randomInt } from 'node:crypto';

const firstDelayMs = 1_000;
/** For about an hour, so that work ends within a minute of an outage; breakers bound what that asks of others. */
const longestEarlyDelayMs = 30_000;
const earlyAttempts = 120;
const longestDelayMs = 15 * 60_000;

/**
 * How long to wait when so many attempts were made: 1 s, 2 s, 4 s, ... 30 s, and after some hundred of them a quarter of an
 * hour; spread by a fifth so that many do not come back together.
 */
export function retryDelayMs(attempts: number): number {
  const longestMs = attempts < earlyAttempts ? longestEarlyDelayMs : longestDelayMs;
  const delay = Math.min(firstDelayMs * 2 ** Math.min(attempts, 20), longestMs);
  return delay - randomInt(Math.floor(delay / 5) + 1);
}
