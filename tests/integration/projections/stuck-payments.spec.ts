import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anyTime, firstPage } from '../../../src/application/ports/read-models.js';
import { later } from '../../../src/application/webhook/retry-schedule.js';
import type { PaymentEvent } from '../../../src/domain/payment/events.js';
import type { PaymentId } from '../../../src/domain/shared/ids.js';
import { parsePaymentId } from '../../../src/domain/shared/ids.js';
import { parseInstant } from '../../../src/domain/shared/instant.js';
import { PostgresPaymentQueries } from '../../../src/infrastructure/read-models/payments.js';
import { projections } from '../../../src/infrastructure/read-models/read-models.js';
import { countStuck, stuckNow } from '../../../src/infrastructure/read-models/stuck-payments.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import {
  actionRequired,
  authorized,
  captured,
  captureRequested,
  confirmRequested,
  created,
  processingStarted,
  refundId,
  refundInitiated,
  required,
  usd,
} from '../../support/payment-examples.js';
import { RecordedEventStore } from './recorded-event-store.js';
import type { Bench } from './support.js';
import { openBench, recordedPayment } from './support.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** A Wednesday. */
const now = required(parseInstant('2026-03-11T12:00:00.000Z'));

const approvalRequested: PaymentEvent = {
  ...{ type: 'RefundApprovalRequested', at: now, refundId: refundId(1), amount: usd(500) },
  ...{ refundReason: null, requestedBy: 'usr_1' },
};
const approved: PaymentEvent = {
  ...{ type: 'RefundApproved', at: now, refundId: refundId(1), amount: usd(500), approvedBy: 'usr_2' },
};

/** Facts of one payment, each so long before `now`. */
type History = readonly (readonly [agoMs: number, fact: PaymentEvent])[];

const confirmedBy = (paymentMethod: string): PaymentEvent => ({ ...confirmRequested(), paymentMethod });
const processing = (method: string, agoMs: number): History => [
  [60 * day, created],
  [agoMs, confirmedBy(method)],
  [agoMs, processingStarted()],
];
const waiting = (agoMs: number): History => [
  [3 * day, created],
  [agoMs, confirmRequested()],
  [agoMs, actionRequired()],
];
const capturing = (agoMs: number): History => [
  [6 * day, created],
  [6 * day, confirmRequested()],
  [6 * day, authorized()],
  [agoMs, captureRequested()],
];
const refunding = (agoMs: number): History => [
  ...capturing(40 * day),
  [40 * day, captured()],
  [30 * day, approvalRequested],
  [agoMs, approved],
  [agoMs, refundInitiated(1, 500)],
];

/** The provider has not answered yet. */
const askedFor = (agoMs: number): History => [
  ...capturing(40 * day),
  [40 * day, captured()],
  [30 * day, approvalRequested],
  [agoMs, approved],
];

/** By what is told of each, whether it is stuck. */
const payments: Readonly<Record<string, readonly [History, boolean]>> = {
  'a card for 14 minutes': [processing('pm_card', 14 * minute), false],
  'a card for 16 minutes': [processing('pm_card', 16 * minute), true],
  'ACH for six days with a weekend': [processing('pm_ach', 6 * day), false],
  'ACH for five business days': [processing('pm_ach', 7 * day + hour), true],
  'SEPA for 13 days': [processing('pm_sepa', 13 * day), false],
  'SEPA for 15 days': [processing('pm_sepa', 15 * day), true],
  'a method that is not saved for 16 minutes': [processing('pm_unknown', 16 * minute), true],
  'a customer who is asked for 2 hours': [waiting(2 * hour), false],
  'a customer who is asked for 25 hours': [waiting(25 * hour), true],
  'a late capture for 5 minutes': [capturing(5 * minute), false],
  'a late capture for 16 minutes': [capturing(16 * minute), true],
  'a refund, approved late, for 2 days': [refunding(2 * day), false],
  'a refund for 11 days': [refunding(11 * day), true],
  'a refund that was asked for 14 minutes ago': [askedFor(14 * minute), false],
  'a refund that was asked for 16 minutes ago': [askedFor(16 * minute), true],
};

const idOf = (n: number): PaymentId =>
  required(parsePaymentId(`pay_0193f1a0-0000-7000-8000-${String(n).padStart(12, '0')}`));
const names = new Map(Object.keys(payments).map((name, n) => [String(idOf(n)), name]));

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
  const store = new RecordedEventStore();
  for (const [n, [history]] of Object.values(payments).entries()) {
    const facts = history.map(([agoMs, fact]): PaymentEvent => {
      const told = { ...fact, at: later(now, -agoMs) };
      if (told.type === 'PaymentCreated') return { ...told, paymentId: idOf(n) };
      return 'refundId' in told ? { ...told, refundId: refundId(n) } : told;
    });
    const recorded = recordedPayment(idOf(n), facts, (await store.head()) + 1n);
    store.add(...recorded.map((event, place) => ({ ...event, recordedAt: facts[place]?.at ?? now })));
  }
  const running = await bench.start(store, projections);
  await running.reached(await store.head(), 30_000);
  await running.stop();
  // Requests are recorded by the machine's time, and are as old by it as the facts are by the time of this test.
  await bench.rows(
    'update read_pending_effects.open_requests set requested_at = now() - ($1::timestamptz - requested_at)',
    [now],
  );
  await bench.rows(
    `insert into read_customers.payment_methods (id, customer, kind, details, created_at)
     select id, 'cus_1', kind, gen_random_uuid(), now()
     from (values ('pm_card', 'card'), ('pm_ach', 'us_bank_account'), ('pm_sepa', 'sepa_debit')) as saved (id, kind)`,
  );
});
afterAll(() => bench.close());

describe('a payment is stuck', () => {
  it('by its rail, and by the time in its present state, however long ago it was made', async () => {
    const { rows } = await new PostgresPaymentQueries(bench.pool).list({
      ...{ ...firstPage(100), ...anyTime, stuckAt: now },
      ...{ status: null, customer: null, order: null, currency: null },
    });
    const expected = Object.entries(payments).filter(([, [, isStuck]]) => isStuck);
    expect(rows.map(({ id }) => names.get(id)).sort()).toEqual(expected.map(([name]) => name).sort());
    expect(await countStuck(bench.pool, now)).toBe(expected.length);
    const { stuck, oldest } = await stuckNow(bench.pool, now);
    expect([stuck, names.get(oldest?.id ?? ''), oldest?.since]).toEqual([
      ...[expected.length, 'SEPA for 15 days', later(now, -15 * day)],
    ]);
  });

  it('by a request only when that is old by the time of the machine, wherever the time for payments is put', async () => {
    // None of the refunds has been pending for ten days, also in nine.
    await bench.rows('update read_refunds.refunds set status_since = now()');
    const { rows } = await new PostgresPaymentQueries(bench.pool).list({
      ...{ ...firstPage(100), ...anyTime, stuckAt: later(systemClock.now(), 9 * day) },
      ...{ status: null, customer: null, order: null, currency: null },
    });
    const stuck = rows.map(({ id }) => names.get(id));
    expect(stuck).toContain('a card for 14 minutes');
    expect(stuck).toContain('a refund that was asked for 16 minutes ago');
    expect(stuck).not.toContain('a refund that was asked for 14 minutes ago');
  });
});
