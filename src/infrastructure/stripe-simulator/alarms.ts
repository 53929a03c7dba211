import type { VirtualClock } from './clock.js';

/** Longest wait that Node's timers take. */
const TIMER_MAX_MS = 2 ** 31 - 1;

type Alarm = { readonly dueMs: number; readonly ring: () => void; timer: NodeJS.Timeout };

/** Calls back when the virtual clock reaches a time, whether by itself or because somebody moved it. */
export class Alarms {
  readonly #clock: VirtualClock;
  readonly #alarms = new Map<string, Alarm>();
  #closed = false;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** Sets (or moves) an alarm. It rings at most once. */
  set(id: string, dueMs: number, ring: () => void): void {
    this.cancel(id);
    if (this.#closed) return;
    this.#alarms.set(id, { dueMs, ring, timer: this.#timer(id, dueMs) });
  }

  cancel(id: string): void {
    const alarm = this.#alarms.get(id);
    if (alarm !== undefined) clearTimeout(alarm.timer);
    this.#alarms.delete(id);
  }

  /** After a change of the clock: rings what is due, earliest first, and waits anew for the rest. */
  clockMoved(): void {
    const waiting = [...this.#alarms].sort(([, a], [, b]) => a.dueMs - b.dueMs);
    for (const [id, alarm] of waiting) {
      if (alarm.dueMs <= this.#clock.nowMs()) this.#fire(id);
      else if (this.#alarms.has(id)) {
        clearTimeout(alarm.timer);
        alarm.timer = this.#timer(id, alarm.dueMs);
      }
    }
  }

  /** Cancels all alarms. */
  clear(): void {
    for (const id of [...this.#alarms.keys()]) this.cancel(id);
  }

  close(): void {
    this.#closed = true;
    this.clear();
  }

  #timer(id: string, dueMs: number): NodeJS.Timeout {
    const wait = Math.min(Math.max(0, dueMs - this.#clock.nowMs()), TIMER_MAX_MS);
    // The server keeps the process alive; an alarm days away must not.
    return setTimeout(() => this.#elapsed(id), wait).unref();
  }

  #elapsed(id: string): void {
    const alarm = this.#alarms.get(id);
    if (alarm === undefined) return;
    if (alarm.dueMs <= this.#clock.nowMs()) this.#fire(id);
    else alarm.timer = this.#timer(id, alarm.dueMs);
  }

  #fire(id: string): void {
    const alarm = this.#alarms.get(id);
    if (alarm === undefined) return;
    this.cancel(id);
    alarm.ring();
  }
}
