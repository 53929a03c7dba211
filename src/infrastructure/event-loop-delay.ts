import type { IntervalHistogram } from 'node:perf_hooks';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const resolutionMs = 20;
const windowMs = 1_000;

/**
 * By how much the event loop's turns come late, over about the last second. Half of them: one long pause, such as that of a
 * process that was frozen, is over when it is seen.
 */
export class EventLoopDelay {
  readonly #histogram: IntervalHistogram;
  #lookAt = 0;
  #delayMs = 0;

  constructor() {
    this.#histogram = monitorEventLoopDelay({ resolution: resolutionMs });
    this.#histogram.enable();
  }

  /** Milliseconds; as cheap as a look at the clock. */
  medianMs(): number {
    const now = performance.now();
    if (now < this.#lookAt) return this.#delayMs;
    this.#lookAt = now + windowMs;
    // It counts the whole of each interval, of which its own resolution is no delay.
    this.#delayMs = Math.max(0, this.#histogram.percentile(50) / 1e6 - resolutionMs);
    this.#histogram.reset();
    return this.#delayMs;
  }

  close(): void {
    this.#histogram.disable();
  }
}
