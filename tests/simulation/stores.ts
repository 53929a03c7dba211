import type {
  EventStore,
  EventToAppend,
  RecordedEvent,
  StreamName,
} from '../../src/application/ports/event-store.js';
import { AppendOutcomeUnknown, EventStoreUnavailable } from '../../src/application/ports/event-store.js';
import type {
  Claim,
  IdempotencyRecords,
  RequestIdentity,
  SavedAnswer,
} from '../../src/application/ports/idempotency-records.js';
import type { Leases } from '../../src/application/ports/lease.js';
import type { PendingEffect, PendingEffects } from '../../src/application/ports/read-models.js';
import type { Instant } from '../../src/domain/shared/instant.js';
import { projections } from '../../src/infrastructure/read-models/read-models.js';
import { InMemoryEventStore } from '../support/in-memory-event-store.js';
import { FollowUp } from './follow-up.js';
import { InMemoryInbox } from './inbox.js';
import type { Owner, Scheduler } from './scheduler.js';
import { Tables } from './tables.js';

/** How often the event store does not answer, or answers nothing although it did the work. */
const storeFault = 0.01;
const projectedAtOnce = 20;

/** What outlives every process: the event store and the database. Each call is a step of its own. */
export class Stores {
  readonly log: RecordedEvent[] = [];
  readonly inbox: InMemoryInbox;
  readonly #scheduler: Scheduler;
  readonly #faulty: () => boolean;
  readonly #place: Owner = { name: 'database', alive: true };
  readonly #events = new InMemoryEventStore();
  readonly #tables = new Map(projections.map((projection) => [projection.name, new Tables(projection)]));
  readonly #attempts = new Map<
    string,
    { attempts: number; nextAttemptAt: Instant; error: string; token: bigint }
  >();
  readonly #claims = new Map<string, Kept>();
  readonly #leases = new Map<string, { token: bigint; untilMs: number }>();
  readonly #watchers = new Set<() => void>();
  readonly followUp: FollowUp;
  #projected = 0;

  constructor(scheduler: Scheduler, faulty: () => boolean) {
    this.#scheduler = scheduler;
    this.#faulty = faulty;
    this.inbox = new InMemoryInbox(scheduler);
    this.followUp = new FollowUp({
      scheduler,
      call: (what, work) => this.call(what, work),
      log: this.log,
      items: () => this.table('agenda').rows('items'),
    });
  }

  /** Calls back after each change of what the database holds; the answer takes the watcher away. */
  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  table(name: string): Tables {
    const table = this.#tables.get(name);
    if (table === undefined) throw new TypeError(`there is no read model ${name}`);
    return table;
  }

  /** The event store as a process sees it. */
  eventStore(): EventStore {
    const store = this.#events;
    return {
      append: (stream, expected, events) =>
        this.call(
          `append ${events.map(({ type }) => type).join(', ')} at ${expected} of ${stream}`,
          async () => {
            const fault = this.#faulty() && this.#scheduler.random.chance(storeFault);
            if (fault && this.#scheduler.random.chance(0.5)) throw new EventStoreUnavailable('simulated');
            if (fault && this.#scheduler.random.chance(0.5)) throw new AppendOutcomeUnknown('not done');
            const result = await store.append(stream, expected, events);
            await this.#follow();
            if (fault) throw new AppendOutcomeUnknown('done');
            return result;
          },
        ),
      readStream: (stream, range) => this.call(`read ${stream}`, () => store.readStream(stream, range)),
      readLast: (stream) => this.call(`read the end of ${stream}`, () => store.readLast(stream)),
      readAll: (after, limit) => this.call('read all', () => store.readAll(after, limit)),
      head: () => this.call('read the head', () => store.head()),
      subscribe: () => {
        throw new TypeError('the simulation projects by `project`');
      },
      close: async () => {},
    };
  }

  /** Applies some events to every read model, with the checkpoint, in one transaction; false when there is none. */
  project(): Promise<boolean> {
    return this.call('project', () => {
      const events = this.log.slice(this.#projected, this.#projected + projectedAtOnce);
      for (const event of events) for (const table of this.#tables.values()) table.apply(event);
      this.#projected += events.length;
      return events.length > 0;
    });
  }

  get behind(): boolean {
    return this.#projected < this.log.length;
  }

  pendingEffects(): PendingEffects {
    return {
      due: (now, requestedBefore, limit) =>
        this.call('look for open requests', () =>
          this.openRequests()
            .filter(
              ({ requested_at: at, next_attempt_at: next, attended }) =>
                (at < requestedBefore || !attended) && (next === null || next <= now),
            )
            .slice(0, limit),
        ),
      postpone: (eventId, nextAttemptAt, error, fencingToken) =>
        this.call(`postpone ${eventId}: ${error}`, () => {
          const { attempts = 0, token = 0n } = this.#attempts.get(eventId) ?? {};
          if (token > fencingToken) return false;
          this.#attempts.set(eventId, { attempts: attempts + 1, nextAttemptAt, error, token: fencingToken });
          return true;
        }),
    };
  }

  /** Oldest first. */
  openRequests(): readonly (PendingEffect & { readonly attended: boolean })[] {
    const rows = [...this.table('pending_effects').rows('open_requests')].map((row) => {
      const tried = this.#attempts.get(String(row['event_id']));
      return {
        event_id: String(row['event_id']),
        stream: String(row['stream']),
        attended: row['attended'] === true,
        revision: row['revision'] as bigint,
        requested_at: row['requested_at'] as Instant,
        attempts: tried?.attempts ?? 0,
        next_attempt_at: tried?.nextAttemptAt ?? null,
        last_error: tried?.error ?? null,
      };
    });
    return rows.sort((a, b) =>
      `${a.requested_at} ${a.event_id}` < `${b.requested_at} ${b.event_id}` ? -1 : 1,
    );
  }

  /** Puts facts there that nobody asked for in this story, before it begins. */
  async seed(stream: StreamName, events: readonly EventToAppend[]): Promise<void> {
    await this.#events.append(stream, 'no_stream', events);
    await this.#follow();
  }

  leases(): Leases {
    return {
      acquire: (name, ttlMs) =>
        this.call(`lease ${name}`, () => {
          const held = this.#leases.get(name);
          if (held !== undefined && held.untilMs > this.#scheduler.nowMs) return undefined;
          const token = (held?.token ?? 0n) + 1n;
          this.#leases.set(name, { token, untilMs: this.#scheduler.nowMs + ttlMs });
          return {
            name,
            fencingToken: token,
            release: () =>
              this.call(`give lease ${name} back`, () => {
                if (this.#leases.get(name)?.token === token) this.#leases.set(name, { token, untilMs: 0 });
              }),
          };
        }),
    };
  }

  idempotency(): IdempotencyRecords {
    return {
      claim: (request, leaseMs) => this.call(`claim ${request.key}`, () => this.#claim(request, leaseMs)),
      complete: (request, token, answer) =>
        this.call(`keep the answer to ${request.key}: ${answer.status}`, () => {
          const kept = this.#claims.get(request.key);
          if (kept?.token === token) kept.answer ??= { ...answer };
        }),
      abandon: (request, token) =>
        this.call(`abandon ${request.key}`, () => {
          const kept = this.#claims.get(request.key);
          if (kept?.token === token && kept.answer === undefined) kept.untilMs = 0;
        }),
    };
  }

  /** One call to the database. */
  call<T>(what: string, work: () => T | Promise<T>): Promise<T> {
    return this.#scheduler.call(what, this.#place, async () => {
      const result = await work();
      for (const changed of this.#watchers) changed();
      return result;
    });
  }

  #claim({ key, fingerprint }: RequestIdentity, leaseMs: number): Claim {
    const { nowMs, random } = this.#scheduler;
    const known = this.#claims.get(key);
    if (known === undefined) {
      const kept = { fingerprint, commandId: random.uuid(), token: random.uuid(), untilMs: nowMs + leaseMs };
      this.#claims.set(key, kept);
      return { outcome: 'execute', commandId: kept.commandId, token: kept.token };
    }
    if (known.fingerprint !== fingerprint) return { outcome: 'reused' };
    if (known.answer !== undefined) return { outcome: 'replay', answer: known.answer };
    if (known.untilMs > nowMs) return { outcome: 'in_progress', retryAfterMs: known.untilMs - nowMs };
    known.untilMs = nowMs + leaseMs;
    known.token = random.uuid();
    return { outcome: 'execute', commandId: known.commandId, token: known.token };
  }

  async #follow(): Promise<void> {
    this.log.push(...(await this.#events.readAll(BigInt(this.log.length), 1_000)));
  }
}

type Kept = { fingerprint: string; commandId: string; token: string; untilMs: number; answer?: SavedAnswer };
