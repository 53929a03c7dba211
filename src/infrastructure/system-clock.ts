import type { Clock } from '../application/ports/clock.js';
import { parseInstant } from '../domain/shared/instant.js';

/** The machine's clock. */
export const systemClock: Clock = {
  now() {
    const now = parseInstant(new Date().toISOString());
    if (now === undefined) throw new RangeError('the machine clock is outside the years 0 to 9999');
    return now;
  },
};
