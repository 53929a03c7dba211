import { Alarms } from './alarms.js';
import type { JsonObject } from './json.js';
import { isJsonObject } from './json.js';
import type { SearchView } from './payment-search.js';
import type { PaymentIntent } from './resources.js';
import type { Task } from './store.js';
import { runTask } from './tasks.js';
import type { WebhookSender } from './webhook-sender.js';
import type { World } from './world.js';

/**
 * What ties the state to time and to the outside: after each step it commits, sets alarms for new plans and
 * hands new deliveries to the sender.
 */
export class SimulatorCore {
  readonly world: World;
  readonly search: SearchView;
  readonly alarms: Alarms;
  readonly #sender: () => WebhookSender;
  #closed = false;

  constructor(world: World, search: SearchView, sender: () => WebhookSender) {
    this.world = world;
    this.search = search;
    this.alarms = new Alarms(world.clock);
    this.#sender = sender;
    world.store.observe((name, row, atMs) => {
      if (name !== 'payment_intent') return;
      search.follow(row as PaymentIntent, atMs, world.settings.searchDelayMs, world.clock.nowMs());
    });
  }

  /** Restores the state of an earlier process from the journal and takes up its plans. */
  recover(): void {
    this.world.store.replay((entry) => this.#restoreExtra(entry));
    for (const task of this.world.store.values('task')) this.#arm(task);
  }

  /** Commits a step and returns the deliveries that it created; the caller decides when to send them. */
  commit(extra: JsonObject = {}): readonly string[] {
    const { world } = this;
    const deliveries = world.outbox;
    const planned = world.scheduled;
    world.outbox = [];
    world.scheduled = [];
    const counters = world.ids.seeded ? { ids: world.ids.issued } : {};
    world.store.commit(world.clock.nowMs(), extra, counters);
    for (const id of planned) {
      const task = world.store.get('task', id);
      if (task !== undefined) this.#arm(task);
    }
    return deliveries;
  }

  /** After this, requests that still wait must not run: their effects could not be written any more. */
  close(): void {
    this.#closed = true;
    this.alarms.close();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Takes back an unfinished step. */
  rollback(): void {
    this.world.store.rollback();
    this.world.outbox = [];
    this.world.scheduled = [];
  }

  /** Forgets everything, the journal and the virtual time included. */
  reset(): void {
    this.rollback();
    this.alarms.clear();
    this.search.clear();
    this.world.store.reset();
    this.world.clock.restoreOffsetMs(0);
  }

  /** Commits a step that no API request caused and sends its events. */
  commitAndSend(extra: JsonObject = {}): void {
    this.#sender().dispatch(this.commit(extra));
  }

  #arm(task: Task): void {
    this.alarms.set(task.id, task.due_ms, () => {
      const current = this.world.store.get('task', task.id);
      if (current === undefined) return;
      runTask(this.world, current);
      this.commitAndSend();
    });
  }

  #restoreExtra(entry: JsonObject): void {
    const { clock } = entry as { clock?: unknown };
    if (isJsonObject(clock) && typeof clock['offset_ms'] === 'number') {
      this.world.clock.restoreOffsetMs(clock['offset_ms']);
    }
    if (typeof entry['ids'] === 'number') this.world.ids.resumeAt(entry['ids']);
  }
}
