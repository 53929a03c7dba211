import { createRequire, syncBuiltinESMExports } from 'node:module';
import type { Scheduler } from './scheduler.js';

/**
 * Puts a virtual platform under the program: timers, the clock and chance come from a scheduler, so that the code which is
 * simulated is the code that ships, without a seam for each of them. Only for a process that does nothing else.
 */
export function installPlatform(): (scheduler: Scheduler) => void {
  const require = createRequire(import.meta.url);
  const RealDate = Date;
  let current: Scheduler | undefined;
  const scheduler = (): Scheduler => {
    if (current === undefined) throw new TypeError('no simulation is running');
    return current;
  };
  const nowMs = (): number => current?.nowMs ?? RealDate.now();

  class VirtualDate extends RealDate {
    constructor(...given: readonly unknown[]) {
      super(...((given.length === 0 ? [nowMs()] : given) as [number]));
    }
    static override now(): number {
      return nowMs();
    }
  }
  globalThis.Date = VirtualDate as DateConstructor;

  class Timer {
    cancel: () => void;
    constructor(run: () => void, ms: number) {
      const step = scheduler().plan(ms, scheduler().running, 'a timer rings', run);
      this.cancel = () => {
        step.canceled = true;
      };
    }
    ref(): this {
      return this;
    }
    unref(): this {
      return this;
    }
  }
  const setVirtualTimeout = (run: (...given: unknown[]) => void, ms = 0, ...given: unknown[]): Timer =>
    new Timer(() => run(...given), ms);
  const clearVirtualTimeout = (timer: Timer | undefined): void => timer?.cancel();
  Object.assign(globalThis, { setTimeout: setVirtualTimeout, clearTimeout: clearVirtualTimeout });

  const timers = require('node:timers/promises') as Record<string, unknown>;
  timers['setTimeout'] = (ms: number): Promise<void> => scheduler().sleep(ms);
  const crypto = require('node:crypto') as Record<string, unknown>;
  crypto['randomInt'] = (...bounds: number[]): number => {
    const [least, most] = bounds.length === 1 ? [0, bounds[0]] : bounds;
    return (least ?? 0) + scheduler().random.below((most ?? 0) - (least ?? 0));
  };
  crypto['randomUUID'] = (): string => scheduler().random.uuid();
  syncBuiltinESMExports();

  Object.defineProperty(performance, 'now', { value: nowMs });

  return (next) => {
    current = next;
  };
}
