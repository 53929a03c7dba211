import type { Alarms } from './alarms.js';
import { present } from './expansion.js';
import type { Delivery } from './store.js';
import { signatureHeader } from './webhook-signature.js';
import type { WebhookTransport } from './webhook-transport.js';
import type { WebhookEndpoint, World } from './world.js';

/** How deliveries are disturbed; the defaults disturb nothing. */
export type DeliveryModes = {
  /** Extra copies of each delivery, sent in parallel. */
  duplicate: number;
  /** Collect deliveries for `delayMs` (at least 20 ms) and send them in random order. */
  shuffle: boolean;
  delayMs: number;
  /** Never deliver; the events stay in the list. */
  drop: boolean;
  /** Deliver once before the API call that caused the events is answered. */
  beforeAnswer: boolean;
  /** Added to the timestamp that is signed. */
  timestampOffsetSeconds: number;
  /** Overrides of the body, for receivers that must check them. */
  apiVersion: string | null;
  livemode: boolean;
};

/** Undisturbed delivery. */
export function undisturbed(): DeliveryModes {
  return {
    duplicate: 0,
    shuffle: false,
    delayMs: 0,
    drop: false,
    beforeAnswer: false,
    timestampOffsetSeconds: 0,
    apiVersion: null,
    livemode: false,
  };
}

/** When to try again: the wait doubles from `firstMs` up to `capMs`. */
export type RetryPolicy = { readonly firstMs: number; readonly capMs: number; readonly attemptsMax: number };

const SHUFFLE_WINDOW_MS = 20;
/** Stripe gives up on an event after three days. */
const GIVE_UP_SECONDS = 3 * 24 * 3600;

/** Brings events to endpoints: in parallel, with retries, and never in the way of API answers. */
export class WebhookSender {
  modes: DeliveryModes = undisturbed();
  readonly counts = { attempts: 0, delivered: 0, refused: 0, abandoned: 0, dropped: 0 };
  readonly #world: World;
  readonly #alarms: Alarms;
  readonly #transport: WebhookTransport;
  readonly #retry: RetryPolicy;
  readonly #busy = new Set<string>();
  #shuffling: string[] = [];
  #shuffleTimer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(world: World, alarms: Alarms, transport: WebhookTransport, retry: RetryPolicy) {
    this.#world = world;
    this.#alarms = alarms;
    this.#transport = transport;
    this.#retry = retry;
  }

  /** Starts the first attempts of new deliveries, as the modes say. */
  dispatch(ids: readonly string[]): void {
    if (ids.length === 0) return;
    if (this.modes.drop) this.#dropAll(ids);
    else if (this.modes.shuffle) this.#collect(ids);
    else if (this.modes.delayMs > 0) this.#sendLater(ids, this.modes.delayMs);
    else for (const id of ids) void this.#attempt(id);
  }

  /** Makes the first attempts and waits for them. */
  async dispatchAndWait(ids: readonly string[]): Promise<void> {
    if (this.modes.drop) this.#dropAll(ids);
    else await Promise.all(ids.map((id) => this.#attempt(id)));
  }

  /** Takes up what an earlier process left undelivered. */
  resume(): void {
    for (const delivery of this.#world.store.values('delivery')) this.#arm(delivery);
  }

  /** Sends an event again to every endpoint, `times` each; answers the statuses. */
  async redeliver(eventId: string, times: number, shuffle: boolean): Promise<(number | null)[]> {
    const jobs = this.#world.endpoints.flatMap((endpoint) =>
      Array.from({ length: times }, () => () => this.#post(eventId, endpoint)),
    );
    const ordered = shuffle ? this.#world.ids.shuffled(jobs) : jobs;
    return Promise.all(ordered.map((job) => job()));
  }

  close(): void {
    this.#closed = true;
    if (this.#shuffleTimer !== null) clearTimeout(this.#shuffleTimer);
    this.#transport.close();
  }

  #dropAll(ids: readonly string[]): void {
    for (const id of ids) this.#world.store.remove('delivery', id);
    this.counts.dropped += ids.length;
    this.#world.store.commit(this.#world.clock.nowMs());
  }

  #collect(ids: readonly string[]): void {
    this.#shuffling.push(...ids);
    this.#shuffleTimer ??= setTimeout(
      () => {
        const batch = this.#world.ids.shuffled(this.#shuffling);
        this.#shuffling = [];
        this.#shuffleTimer = null;
        for (const id of batch) void this.#attempt(id);
      },
      Math.max(SHUFFLE_WINDOW_MS, this.modes.delayMs),
    ).unref();
  }

  #sendLater(ids: readonly string[], delayMs: number): void {
    setTimeout(() => {
      for (const id of ids) void this.#attempt(id);
    }, delayMs).unref();
  }

  #arm(delivery: Delivery): void {
    this.#alarms.set(delivery.id, delivery.due_ms, () => void this.#attempt(delivery.id));
  }

  async #attempt(id: string): Promise<void> {
    const delivery = this.#world.store.get('delivery', id);
    if (delivery === undefined || this.#closed || this.#busy.has(id)) return;
    const endpoint = this.#world.endpoints.find((candidate) => candidate.id === delivery.endpoint);
    if (endpoint === undefined) return this.#finish(id, 'abandoned');
    this.#busy.add(id);
    const posts = Array.from({ length: 1 + this.modes.duplicate }, () =>
      this.#post(delivery.event, endpoint),
    );
    const [status] = await Promise.all(posts);
    this.#busy.delete(id);
    if (this.#closed || this.#world.store.get('delivery', id) === undefined) return;
    if (typeof status === 'number' && status >= 200 && status < 300) this.#finish(id, 'delivered');
    else this.#postpone(delivery);
  }

  #postpone(delivery: Delivery): void {
    this.counts.refused += 1;
    const event = this.#world.store.get('event', delivery.event);
    const attempts = delivery.attempts + 1;
    const age = this.#world.clock.nowSeconds() - (event?.created ?? 0);
    if (attempts >= this.#retry.attemptsMax || age > GIVE_UP_SECONDS) {
      this.#finish(delivery.id, 'abandoned');
      return;
    }
    const wait = Math.min(this.#retry.firstMs * 2 ** (attempts - 1), this.#retry.capMs);
    const next = { ...delivery, attempts, due_ms: this.#world.clock.nowMs() + wait };
    this.#world.store.put('delivery', next);
    this.#world.store.commit(this.#world.clock.nowMs());
    this.#arm(next);
  }

  #finish(id: string, how: 'delivered' | 'abandoned'): void {
    this.counts[how] += 1;
    this.#world.store.remove('delivery', id);
    this.#world.store.commit(this.#world.clock.nowMs());
  }

  async #post(eventId: string, endpoint: WebhookEndpoint): Promise<number | null> {
    const event = this.#world.store.get('event', eventId);
    if (event === undefined) return null;
    this.counts.attempts += 1;
    const { apiVersion, livemode, timestampOffsetSeconds } = this.modes;
    const shown = {
      ...present(this.#world, event),
      livemode,
      ...(apiVersion === null ? {} : { api_version: apiVersion }),
    };
    const body = JSON.stringify(shown, null, 2);
    const timestamp = this.#world.clock.wallSeconds() + timestampOffsetSeconds;
    return this.#transport.post(endpoint.url, body, signatureHeader(body, endpoint.secrets, timestamp));
  }
}
