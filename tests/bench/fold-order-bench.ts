import { orderCodec } from '../../src/application/order/order.codec.js';
import type { OrderCommand, OrderEvent } from '../../src/domain/order/messages.js';
import { order } from '../../src/domain/order/order.js';
import type { OrderState } from '../../src/domain/order/state.js';
import { standard } from '../../src/domain/plan/terms.js';
import { parseCivilDate } from '../../src/domain/shared/civil-date.js';
import { fold } from '../../src/domain/shared/decider.js';
import { parseCustomerId, parseOrderId } from '../../src/domain/shared/ids.js';
import { parseInstant } from '../../src/domain/shared/instant.js';
import { money } from '../../src/domain/shared/money.js';
import type { Bench } from './bench.js';
import type { Measure } from './rounds.js';
import { inTurn, ratePerSecond } from './rounds.js';

const length = 200;
/** Together, so that the loop of the bench weighs nothing beside them. */
const atOnce = 50;

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('a sample is malformed');
  return value;
}

/** Approved, and then amended by one change order after the other. */
function history(): readonly OrderEvent[] {
  const at = known(parseInstant('2026-11-01T09:30:00.000Z'));
  const details = {
    orderId: known(parseOrderId('ord_0193f1a0-0000-7000-8000-000000000001')),
    customerId: known(parseCustomerId('cus_0193f1a0-0000-7000-8000-000000000001')),
    currency: 'EUR',
    description: 'A dozen chairs',
    metadata: { desk: 'north' },
  } as const;
  const approvedOn = known(parseCivilDate('2026-11-01'));
  const approval = {
    type: 'ApproveOrder',
    at,
    total: null,
    terms: standard(),
    approvedOn,
    zone: 'UTC',
  } as const;
  const events: OrderEvent[] = [];
  let state: OrderState = order.initialState;
  const tell = (command: OrderCommand): void => {
    const decision = order.decide(state, command);
    if (decision.outcome === 'rejected') throw new Error(`the order refused: ${decision.rejection.code}`);
    state = decision.events.reduce(order.evolve, state);
    events.push(...decision.events);
  };
  tell({ type: 'OpenOrder', at, details, total: money(10_000n, 'EUR') });
  tell({ type: 'StartOrderAnalysis', at, total: null });
  tell({ type: 'StartOrderReview', at, total: null });
  tell(approval);
  while (events.length < length) {
    tell({ type: 'SetOrderTotal', at, total: money(10_000n + BigInt(events.length), 'EUR') });
  }
  return events;
}

/** Microseconds that one of them takes. */
function microseconds(ms: number, once: () => unknown): Measure {
  return async () => {
    const rate = await ratePerSecond(1, ms, async () => {
      for (let turn = 0; turn < atOnce; turn += 1) once();
    });
    return 1_000_000 / (rate * atOnce);
  };
}

/** What a command on a long order pays before it is decided, without the database. */
export const foldOrderBench: Bench = {
  name: 'fold-order',
  async run({ effort }) {
    const events = history();
    const stored = events.map((event) => orderCodec.encode(event));
    const texts = stored.map(({ data }) => JSON.stringify(data));
    const total = (state: OrderState) => (state.status === 'payment_pending' ? state.total.minor : null);
    const read = () => fold(order, stored.map(orderCodec.decode));
    const folded = () => fold(order, events);
    if (events.length !== length || total(read()) !== 10_199n || total(folded()) !== 10_199n) {
      throw new Error('the sample does not fold to what was decided');
    }
    const parse = () => texts.map((text) => JSON.parse(text));
    const bare = () => {
      let last = {};
      for (const event of events) last = { ...last, ...event };
      return last;
    };
    const ms = effort.roundMs / 4;
    const measures = [parse, read, bare, folded].map((once) => microseconds(ms, once));
    for (const warmUp of measures) await warmUp();
    const [parsing, reading, reducing, folding] = measures as [Measure, Measure, Measure, Measure];
    return {
      figures: [
        {
          path: `decode and fold an order with ${length} events`,
          unit: 'µs',
          floorName: `JSON.parse of the same ${length} payloads, checking nothing`,
          ...(await inTurn(effort, parsing, reading)),
          target: { kind: 'none' },
        },
        {
          path: `fold an order with ${length} events`,
          unit: 'µs',
          floorName:
            'a loop over the same events that copies the fields of each onto what was there, and decides nothing',
          ...(await inTurn(effort, reducing, folding)),
          target: { kind: 'none' },
        },
      ],
      notes: [],
    };
  },
};
