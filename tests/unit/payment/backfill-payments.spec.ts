import { beforeEach, describe, expect, it } from '@jest/globals';
import { createBackfillPayments } from '../../../src/application/payment/backfill-payments.js';
import type { HandlingOutcome, VerifiedWebhook } from '../../../src/application/ports/inbound-webhooks.js';
import type { JobReport } from '../../../src/application/ports/jobs.js';
import type { ProviderNews } from '../../../src/application/webhook/provider-news.js';
import { later } from '../../../src/application/webhook/retry-schedule.js';
import { CorruptStream } from '../../../src/domain/shared/corrupt-stream.js';
import type { Instant } from '../../../src/domain/shared/instant.js';
import { InMemoryLeftovers } from '../../support/in-memory-leftovers.js';
import { at } from '../../support/payment-examples.js';
import { KeptLog } from '../http/in-memory-ports.js';

const hourMs = 3_600_000;
const payment = (n: number) => `pay_0193f1a0-0000-7000-8000-${String(n).padStart(12, '0')}`;
const customer = (n: number) => `cus_0193f1a0-0000-7000-8000-${String(n).padStart(12, '0')}`;
const refundOf = (paymentId: string) => ({ about: 'charge', intentId: 'pi_1', payment: paymentId }) as never;
const cardOf = (providerCustomerId: string): ProviderNews => ({
  ...{ about: 'method', paymentMethodId: 'pm_1', providerCustomerId, customer: null },
});

/** A provider that told events by no webhook, and payments and customers that may stay in doubt, or throw. */
class World {
  now: Instant = at;
  readonly listed: { readonly created: Instant; readonly news: ProviderNews; readonly id: string }[] = [];
  readonly inbox = new Set<string>();
  readonly parked: (string | null)[] = [];
  readonly payments: string[] = [];
  readonly customers: string[] = [];
  /** By payment, customer or provider's customer: what the provider does not tell of it, or what is thrown. */
  readonly doubts = new Map<string, string | Error>();
  readonly looked: string[] = [];
  readonly log = new KeptLog();
  readonly leftovers = new InMemoryLeftovers();
  readonly heartbeats: JobReport[] = [];
  heartbeatsMax = Number.POSITIVE_INFINITY;
  #lastDoneAt: Instant | null = null;

  happened(news: ProviderNews): string {
    const id = `evt_${this.listed.length}`;
    this.listed.push({ created: this.now, news, id });
    return id;
  }

  #look(id: string): readonly string[] {
    this.looked.push(id);
    const doubt = this.doubts.get(id);
    if (doubt instanceof Error) throw doubt;
    return doubt === undefined ? [] : [doubt];
  }

  /** As the runner of jobs does: the next run is told when this one was good. */
  async run(afterMs = hourMs): Promise<JobReport> {
    this.now = later(this.now, afterMs);
    this.looked.length = 0;
    const startedAt = this.now;
    const report = await this.#backfill(async (soFar) => {
      this.heartbeats.push(soFar);
      return this.heartbeats.length < this.heartbeatsMax;
    }, this.#lastDoneAt);
    this.#lastDoneAt = startedAt;
    return report;
  }

  readonly #page = (ids: readonly string[]) => async () => ({
    rows: ids.map((id) => ({ id })),
    hasMore: false,
  });

  readonly #backfill = createBackfillPayments({
    events: {
      keptMs: 30 * 24 * hourMs,
      listEvents: (from, to) => this.#list(from, to),
    },
    inbox: {
      find: async (id) => (this.inbox.has(id) ? ({ id } as never) : undefined),
      receive: async ({ id }, because) => {
        this.parked.push(because);
        if (this.inbox.has(id)) return 'duplicate';
        this.inbox.add(id);
        return 'stored';
      },
    },
    readNews: ({ payload }) => JSON.parse(payload) as ProviderNews,
    payments: { list: (() => this.#page(this.payments)()) as never, findByIntent: async () => undefined },
    recover: async (id) => ({ loaded: undefined as never, open: this.#look(id) }),
    customers: {
      recover: async (id) => this.#look(id),
      queries: { list: (() => this.#page(this.customers)()) as never },
      handleNews: async (news): Promise<HandlingOutcome> => {
        const [error] = this.#look(news.providerCustomerId ?? '');
        if (error === undefined) return { status: 'processed', note: 'nothing new' };
        return { status: 'failed', error, retryAt: this.now };
      },
    },
    leftovers: this.leftovers,
    clock: { now: () => this.now },
    logger: this.log,
  });

  async *#list(from: Instant, to: Instant): AsyncGenerator<VerifiedWebhook> {
    for (const { id, created, news } of this.listed) {
      if (created < from || created > to) continue;
      const payload = JSON.stringify(news);
      yield { id, type: 'any', apiVersion: null, livemode: false, objectId: null, payload };
    }
  }
}

let world: World;
beforeEach(() => {
  world = new World();
});

describe('what a run of the backfill could not bring up to date', () => {
  it('F41: is looked at by every later run until the provider tells, however long ago the event was', async () => {
    world.happened(refundOf(payment(1)));
    world.doubts.set(payment(1), 'timeout');
    expect(await world.run()).toMatchObject({ never_received: 1, still_open: 1 });
    for (let run = 0; run < 4; run += 1) expect(await world.run(3 * hourMs)).toMatchObject({ still_open: 1 });
    world.doubts.clear();
    expect(await world.run(3 * hourMs)).toMatchObject({ events: 0, recovered: 1, still_open: 0 });
    expect(world.looked).toEqual([payment(1)]);
    expect(await world.run()).toMatchObject({ recovered: 0, still_open: 0 });
    expect(world.looked).toEqual([]);
  });

  it('is kept of customers as well', async () => {
    world.happened(cardOf('cus_stripe'));
    world.doubts.set('cus_stripe', 'timeout');
    expect(await world.run(2 * hourMs)).toMatchObject({ customers: 1, still_open: 1 });
    world.doubts.clear();
    expect(await world.run(3 * hourMs)).toMatchObject({ events: 0, customers: 1, still_open: 0 });
    expect(world.looked).toEqual(['cus_stripe']);
    expect(world.leftovers.kept.size).toBe(0);
  });

  it('after a gap that is longer than the provider’s memory is kept too', async () => {
    await world.run();
    world.payments.push(payment(1), payment(2));
    world.customers.push(customer(1));
    world.doubts.set(payment(2), 'timeout').set(customer(1), 'timeout');
    expect(await world.run(40 * 24 * hourMs)).toMatchObject({ recovered: 2, customers: 1, still_open: 2 });
    world.doubts.clear();
    expect(await world.run()).toMatchObject({ recovered: 1, customers: 1, still_open: 0 });
    expect(world.looked.sort()).toEqual([customer(1), payment(2)]);
  });

  it('is looked at once in a run that hears of it anew, and alerts when it stays in doubt', async () => {
    world.happened(refundOf(payment(1)));
    world.doubts.set(payment(1), 'timeout');
    await world.run();
    expect(world.log.lines.filter(({ fields }) => fields['alert'] === true)).toEqual([]);
    world.happened(refundOf(payment(1)));
    expect(await world.run()).toMatchObject({ never_received: 2, still_open: 1 });
    expect(world.looked).toEqual([payment(1)]);
    const alerts = world.log.lines.filter(({ fields }) => fields['alert'] === true);
    expect(alerts.map(({ fields }) => fields['id'])).toEqual([payment(1)]);
  });
});

describe('one that cannot be looked at', () => {
  it('is counted, alerts, and holds up none of the others, of payments', async () => {
    for (const n of [1, 2, 3]) world.happened(refundOf(payment(n)));
    world.doubts.set(payment(2), new CorruptStream('payment-2 has an impossible history'));
    expect(await world.run(2 * hourMs)).toMatchObject({ recovered: 2, failed: 1, still_open: 0 });
    expect(world.looked).toEqual([payment(1), payment(2), payment(3)]);
    expect(world.log.lines).toMatchObject([{ level: 'error', fields: { alert: true, id: payment(2) } }]);
    world.doubts.clear();
    expect(await world.run(3 * hourMs)).toMatchObject({ events: 0, recovered: 1, failed: 0 });
    expect(world.looked).toEqual([payment(2)]);
  });

  it('is counted, alerts, and holds up none of the others, of customers', async () => {
    for (const n of [1, 2]) world.happened(cardOf(`cus_stripe_${n}`));
    world.doubts.set('cus_stripe_1', new Error('contention'));
    expect(await world.run()).toMatchObject({ customers: 1, failed: 1 });
    world.customers.push(customer(1), customer(2));
    world.payments.push(payment(1));
    world.doubts.clear();
    world.doubts.set(customer(1), new Error('contention'));
    expect(await world.run(40 * 24 * hourMs)).toMatchObject({ customers: 2, recovered: 1, failed: 1 });
    expect([...world.leftovers.kept.keys()]).toEqual([customer(1)]);
  });
});

describe('money that moved outside the books, and was never told of', () => {
  it('is put into the inbox for a person, once however often it is listed', async () => {
    const id = world.happened({ about: 'review', reason: 'a dispute' });
    await world.run();
    await world.run();
    expect([...world.inbox]).toEqual([`${id}-listed`]);
    expect(world.parked).toEqual([
      'a dispute, and its webhook never came',
      'a dispute, and its webhook never came',
    ]);
  });
});

describe('a run says that it is alive', () => {
  it('while it lists events that came in by webhook, or are of nobody here', async () => {
    for (let n = 0; n < 250; n += 1) world.inbox.add(world.happened(refundOf(payment(1))));
    for (let n = 0; n < 250; n += 1) world.happened({ about: 'nothing', note: 'of another shop' });
    expect(await world.run()).toMatchObject({ events: 500, never_received: 250, recovered: 0 });
    expect(world.heartbeats.map(({ events }) => events)).toEqual([100, 200, 300, 400]);
  });

  it('and ends at once when another process has taken it over', async () => {
    for (let n = 0; n < 500; n += 1) world.inbox.add(world.happened(refundOf(payment(1))));
    world.heartbeatsMax = 2;
    expect(await world.run()).toMatchObject({ events: 200 });
  });

  it('after each customer', async () => {
    await world.run();
    world.customers.push(customer(1), customer(2), customer(3));
    await world.run(40 * 24 * hourMs);
    expect(world.heartbeats.map(({ customers }) => customers)).toEqual([1, 2, 3]);
  });
});
