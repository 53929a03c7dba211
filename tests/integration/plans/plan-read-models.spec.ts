import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v5 } from 'uuid';
import { orderCodec } from '../../../src/application/order/order.codec.js';
import { planCodec } from '../../../src/application/plan/plan.codec.js';
import { planAgendaOf } from '../../../src/application/plan/plan-agenda.js';
import type { EventMetadata, RecordedEvent, StreamName } from '../../../src/application/ports/event-store.js';
import type { PlanPartRow, PlanRow } from '../../../src/application/ports/plan-queries.js';
import { eventIdOf } from '../../../src/application/shared/event-ids.js';
import type { OrderEvent } from '../../../src/domain/order/messages.js';
import { order } from '../../../src/domain/order/order.js';
import type { PlanEvent } from '../../../src/domain/plan/events.js';
import { plan } from '../../../src/domain/plan/plan.js';
import { fold } from '../../../src/domain/shared/decider.js';
import { parseOrderId, parsePlanId } from '../../../src/domain/shared/ids.js';
import { agendaProjection } from '../../../src/infrastructure/read-models/agenda.js';
import { ordersProjection, PostgresOrderQueries } from '../../../src/infrastructure/read-models/orders.js';
import { PostgresPlanQueries, plansProjection } from '../../../src/infrastructure/read-models/plans.js';
import { orderRowOf } from '../../../src/interfaces/http/order/order-object.js';
import { planRowOf } from '../../../src/interfaces/http/plan/plan-object.js';
import { orderStory, playOrder } from '../../support/order-arbitraries.js';
import { at, required } from '../../support/payment-examples.js';
import { planStory, playPlan } from '../../support/plan-arbitraries.js';
import { RecordedEventStore } from '../projections/recorded-event-store.js';
import type { Bench } from '../projections/support.js';
import { openBench } from '../projections/support.js';

const projections = [plansProjection, ordersProjection, agendaProjection];
const page = { limit: 100, startingAfter: null, endingBefore: null };
const noRange = { createdGte: null, createdGt: null, createdLte: null, createdLt: null };
const byId = (a: { readonly id: string }, b: { readonly id: string }) => (a.id < b.id ? -1 : 1);

const metadata: EventMetadata = {
  ...{ commandId: '4b7f8f0e-7a7d-4a39-9d52-51e2cbb2f3f1', correlationId: 'c', causationId: 'c' },
  ...{ actor: { kind: 'system', id: 'test' }, reason: null },
};

type Stored = { readonly type: string; readonly data: Readonly<Record<string, unknown>> };
type Stream = { readonly name: StreamName; readonly events: readonly Stored[] };

/** All streams in one log, taking turns. */
function logOf(streams: readonly Stream[]): readonly RecordedEvent[] {
  return streams
    .flatMap(({ name, events }) =>
      events.map((event, index) => ({
        id: eventIdOf(name, index),
        ...event,
        metadata,
        stream: name,
        revision: BigInt(index),
        position: 0n,
        recordedAt: at,
      })),
    )
    .sort((a, b) => Number(a.revision - b.revision))
    .map((event, index) => ({ ...event, position: BigInt(index + 1) }));
}

/** Random stories are all of the one plan and order of the examples, so each is given an id of its own. */
const own = (kind: string, n: number): string => v5(`${kind} ${n}`, v5.URL);
const planEvents = planStory.map((commands) => (n: number): readonly PlanEvent[] => {
  const planId = required(parsePlanId(`plan_${own('plan', n)}`));
  return playPlan(commands).events.map((event) =>
    event.type === 'PlanStarted' ? { ...event, planId } : event,
  );
});
const orderEvents = orderStory.map((commands) => (n: number): readonly OrderEvent[] => {
  const orderId = required(parseOrderId(`ord_${own('order', n)}`));
  return playOrder(commands).events.map((event) =>
    event.type === 'OrderOpened' ? { ...event, orderId } : event,
  );
});

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

async function project(streams: readonly Stream[], batchMax: number): Promise<void> {
  for (const { name } of projections) await bench.rows(`drop schema if exists read_${name} cascade`);
  await bench.rows('truncate counterfoil.projections, counterfoil.parked_events');
  const log = logOf(streams);
  const running = await bench.start(new RecordedEventStore(log), projections, { batchMax });
  expect(await running.reached(BigInt(log.length), 20_000)).toBe(true);
  await running.stop();
  expect(await bench.rows('select projection, error from counterfoil.parked_events')).toEqual([]);
}

describe('The read models of random orders and plans', () => {
  it('equal the fold of each stream, whatever the batches were', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(planEvents, { minLength: 1, maxLength: 12 }),
        fc.array(orderEvents, { minLength: 1, maxLength: 12 }),
        fc.constantFrom(2, 7, 1_000),
        async (plans, orders, batchMax) => {
          const started = plans.map((tell, n) => tell(n)).filter(({ length }) => length > 0);
          const opened = orders.map((tell, n) => tell(n)).filter(({ length }) => length > 0);
          await project(
            [
              ...started.map((events) => streamOf('paymentPlan', events, planCodec.encode)),
              ...opened.map((events) => streamOf('order', events, orderCodec.encode)),
            ],
            batchMax,
          );
          await expectPlans(started);
          await expectOrders(opened);
          await expectAgenda(started);
        },
      ),
      { numRuns: 6 },
    );
  });

  function streamOf<E extends PlanEvent | OrderEvent>(
    category: string,
    events: readonly E[],
    encode: (event: E) => Stored,
  ): Stream {
    const [first] = events;
    const id = first !== undefined && 'planId' in first ? first.planId : idOfOrder(first);
    return { name: `${category}-${id}`, events: events.map(encode) };
  }

  function idOfOrder(event: PlanEvent | OrderEvent | undefined): string {
    return event?.type === 'OrderOpened' ? event.orderId : '';
  }

  async function expectPlans(all: readonly (readonly PlanEvent[])[]): Promise<void> {
    const filter = { ...noRange, status: null, customer: null, order: null, invoice: null };
    const { rows } = await new PostgresPlanQueries(bench.pool).list({ ...page, ...filter });
    const expected = all.map((events) => {
      const state = fold(plan, events);
      if (state.status === 'absent') throw new Error('the plan was not started');
      return planRowOf(state, BigInt(events.length - 1));
    });
    expect([...rows].sort(byId)).toEqual(expected.sort(byId));
    // On the first of these days nothing is late but what was missed.
    for (const today of ['2026-01-01', '2027-01-05', '2099-01-01']) await expectOfCustomer(expected, today);
  }

  /** All of the stories are of one customer. */
  async function expectOfCustomer(all: readonly PlanRow[], today: string): Promise<void> {
    const [first] = all;
    if (first === undefined) return;
    const left = (part: PlanPartRow) => part.amount - part.amount_settled - part.amount_discounted;
    const isLate = ({ step, due_on: on }: PlanPartRow) =>
      step === 'missed' || (step === 'due' && on !== null && on < today);
    const running = all
      .filter(({ status }) => status === 'active' || status === 'defaulted')
      .map(({ invoice, currency, parts }) => ({
        ...{ invoice, currency },
        due: parts.filter(({ step }) => step !== 'scheduled').reduce((sum, part) => sum + left(part), 0n),
        late: parts.filter(isLate).reduce((sum, part) => sum + left(part), 0n),
      }));
    const next = all
      .filter(({ status }) => status === 'active')
      .flatMap(({ parts }) => parts)
      .filter((part) => part.collect === 'automatic' && part.step === 'scheduled' && left(part) > 0n)
      .flatMap(({ due_on: on }) => (on === null ? [] : [on]))
      .sort()[0];
    const found = await new PostgresPlanQueries(bench.pool).ofCustomer(first.customer, today);
    const byAmount = (a: { due: bigint; late: bigint }, b: { due: bigint; late: bigint }) =>
      Number(a.due - b.due) || Number(a.late - b.late);
    expect([...found.running].sort(byAmount)).toEqual(running.sort(byAmount));
    expect(found.next?.on).toBe(next);
  }

  async function expectOrders(all: readonly (readonly OrderEvent[])[]): Promise<void> {
    const filter = { ...noRange, status: null, customer: null };
    const { rows } = await new PostgresOrderQueries(bench.pool).list({ ...page, ...filter });
    const expected = all.map((events) => {
      const state = fold(order, events);
      if (state.status === 'absent') throw new Error('the order was not opened');
      return orderRowOf(state, BigInt(events.length - 1));
    });
    expect([...rows].sort(byId)).toEqual(expected.sort(byId));
  }

  async function expectAgenda(all: readonly (readonly PlanEvent[])[]): Promise<void> {
    const items: string[] = [];
    for (const events of all) {
      const own = new Map<string, string>();
      for (const entry of events.flatMap(planAgendaOf)) {
        const name = `${entry.kind} ${entry.item}`;
        if (entry.entry === 'promised') own.set(name, entry.dueAt);
        else own.delete(name);
      }
      items.push(...[...own].map(([name, dueAt]) => `${name} ${dueAt}`));
    }
    const rows = await bench.rows('select kind, item, due_at from read_agenda.items');
    const written = rows.map(({ kind, item, due_at: dueAt }) => `${kind} ${item} ${dueAt}`);
    expect(written.sort()).toEqual(items.sort());
  }
});
