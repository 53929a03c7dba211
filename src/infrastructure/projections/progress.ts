import type { Position, RecordedEvent } from '../../application/ports/event-store.js';

/** Without a look at the checkpoint for this long, what was last known of it counts as lag. */
const staleAfterMs = 3_000;

/** How far the projections have got as this process knows it, whoever runs them. All times are milliseconds. */
export class Progress {
  readonly #known = new Map<string, { position: Position; unappliedSince: number | undefined; at: number }>();
  readonly #parkedSince = new Map<string, number>();
  #changed = new Set<() => void>();

  /** The events that come next; the first of them is the oldest unapplied one. */
  pending(name: string, position: Position, oldest: RecordedEvent): void {
    this.#note(name, position, Date.parse(oldest.recordedAt));
  }

  /** Applied up to a position, with later events known where `unappliedSince` is set. */
  applied(name: string, position: Position, unappliedSince: number | undefined): void {
    this.#note(name, position, unappliedSince);
  }

  /** When the oldest of the parked events that may yet pass was recorded. */
  parked(name: string, since: number | undefined): void {
    if (since === undefined) this.#parkedSince.delete(name);
    else this.#parkedSince.set(name, since);
  }

  positionOf(name: string): Position | undefined {
    return this.#known.get(name)?.position;
  }

  /** True when events after this position are known already; the look at the checkpoint is noted. */
  confirmPending(name: string, position: Position): boolean {
    const known = this.#known.get(name);
    if (known?.position !== position || known.unappliedSince === undefined) return false;
    known.at = Date.now();
    return true;
  }

  lagMsOf(name: string, now: number): number {
    const parkedSince = this.#parkedSince.get(name) ?? now;
    return Math.max(this.#unappliedMsOf(name, now), now - parkedSince);
  }

  #unappliedMsOf(name: string, now: number): number {
    const known = this.#known.get(name);
    if (known === undefined) return 0;
    if (known.unappliedSince !== undefined) return Math.max(0, now - known.unappliedSince);
    return now - known.at > staleAfterMs ? now - known.at : 0;
  }

  /** Resolves at the next news of any projection, or after `timeoutMs`. */
  changed(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#changed.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#changed.add(done);
    });
  }

  #note(name: string, position: Position, unappliedSince: number | undefined): void {
    this.#known.set(name, { position, unappliedSince, at: Date.now() });
    const waiting = this.#changed;
    this.#changed = new Set();
    for (const wake of waiting) wake();
  }
}
