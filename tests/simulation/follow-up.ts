import type { Agenda, AgendaItem } from '../../src/application/ports/agenda.js';
import type { Position, RecordedEvent, StreamName } from '../../src/application/ports/event-store.js';
import type { PolicyFailure, PolicyProgress } from '../../src/application/ports/policy-progress.js';
import type { Instant } from '../../src/domain/shared/instant.js';
import type { Row } from '../../src/infrastructure/projections/row-changes.js';
import type { Scheduler } from './scheduler.js';

type Kept = { failure: PolicyFailure; nextMs: number };

/** What the database keeps of policies and of the agenda, with every promise of the real ones. */
export class FollowUp {
  readonly #scheduler: Scheduler;
  readonly #call: <T>(what: string, work: () => T) => Promise<T>;
  readonly #log: readonly RecordedEvent[];
  readonly #items: () => Iterable<Row>;
  #position: Position = 0n;
  readonly #failures = new Map<string, Kept>();
  readonly #attempts = new Map<string, { attempts: number; nextMs: number }>();

  constructor(parts: {
    readonly scheduler: Scheduler;
    readonly call: <T>(what: string, work: () => T) => Promise<T>;
    readonly log: readonly RecordedEvent[];
    /** The rows of the agenda's read model. */
    readonly items: () => Iterable<Row>;
  }) {
    this.#scheduler = parts.scheduler;
    this.#call = parts.call;
    this.#log = parts.log;
    this.#items = parts.items;
  }

  /** What policies could not do to the end. */
  get failures(): readonly PolicyFailure[] {
    return [...this.#failures.values()].map(({ failure }) => failure);
  }

  get behind(): boolean {
    return this.#position < BigInt(this.#log.length);
  }

  /** When policies have something to do; undefined when nothing waits. */
  nextPolicyMs(): number | undefined {
    if (this.behind) return this.#scheduler.nowMs;
    const times = this.#firstOfStreams().map(({ nextMs }) => nextMs);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  nextAgendaMs(): number | undefined {
    const times = [...this.#items()].map((row) =>
      Math.max(Date.parse(String(row['due_at'])), this.#attempts.get(keyOf(row))?.nextMs ?? 0),
    );
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** What is due and no fact has taken off. */
  dueItems(): readonly string[] {
    return [...this.#items()].filter((row) => this.#isDue(row)).map(keyOf);
  }

  policyProgress(): PolicyProgress {
    return {
      position: () => this.#call('position of the policies', () => this.#position),
      advance: (from, to, failures) =>
        this.#call(`the policies move on to ${to}`, () => {
          if (this.#position !== from) return false;
          this.#position = to;
          for (const { recorded, error } of failures) {
            const { id, stream, revision, position, type } = recorded;
            const failure = {
              event_id: id,
              stream,
              revision,
              position,
              type,
              attempts: 0,
              last_error: error,
            };
            this.#failures.set(id, { failure, nextMs: 0 });
          }
          return true;
        }),
      waiting: (streams) =>
        this.#call('streams that wait', () => {
          const stuck = new Set(this.failures.map(({ stream }) => stream));
          return new Set<StreamName>(streams.filter((stream) => stuck.has(stream)));
        }),
      dueFailures: (limit) =>
        this.#call('failures of policies', () =>
          this.#firstOfStreams()
            .filter(({ nextMs }) => nextMs <= this.#scheduler.nowMs)
            .map(({ failure }) => failure)
            .slice(0, limit),
        ),
      settle: (eventId) => this.#call(`settle ${eventId}`, () => void this.#failures.delete(eventId)),
      postpone: (eventId, error, afterMs) =>
        this.#call(`postpone ${eventId}: ${error}`, () => {
          const kept = this.#failures.get(eventId);
          if (kept === undefined) return;
          const attempts = kept.failure.attempts + 1;
          kept.failure = { ...kept.failure, attempts, last_error: error };
          kept.nextMs = this.#scheduler.nowMs + afterMs;
        }),
      failures: (limit) => this.#call('failures', () => this.failures.slice(0, limit)),
    };
  }

  agenda(): Agenda {
    return {
      claim: (now, limit) => this.#call('claim what is due', () => this.#claim(now, limit)),
      postpone: (item, until, error) =>
        this.#call(`${item.kind} of ${item.stream} is left until ${until}: ${error ?? 'done'}`, () => {
          const key = keyOf(item);
          const { attempts = 0 } = this.#attempts.get(key) ?? {};
          this.#attempts.set(key, { attempts, nextMs: Date.parse(until) });
        }),
    };
  }

  #claim(now: Instant, limit: number): readonly AgendaItem[] {
    const due = [...this.#items()].filter((row) => String(row['due_at']) <= now && this.#isDue(row));
    return due.slice(0, limit).map((row) => {
      const attempts = (this.#attempts.get(keyOf(row))?.attempts ?? 0) + 1;
      this.#attempts.set(keyOf(row), { attempts, nextMs: this.#scheduler.nowMs + 20_000 });
      return { ...(row as unknown as AgendaItem), attempts };
    });
  }

  #isDue(row: Row): boolean {
    const { nowMs } = this.#scheduler;
    return (
      Date.parse(String(row['due_at'])) <= nowMs && (this.#attempts.get(keyOf(row))?.nextMs ?? 0) <= nowMs
    );
  }

  /** The first failure of each stream, oldest first. */
  #firstOfStreams(): readonly Kept[] {
    const first = new Map<string, Kept>();
    for (const kept of this.#failures.values()) {
      const { stream, position } = kept.failure;
      const known = first.get(stream);
      if (known === undefined || position < known.failure.position) first.set(stream, kept);
    }
    return [...first.values()].sort((a, b) => (a.failure.position < b.failure.position ? -1 : 1));
  }
}

function keyOf(row: Row | AgendaItem): string {
  return `${row['event_id']} ${row['kind']} ${row['item']}`;
}
