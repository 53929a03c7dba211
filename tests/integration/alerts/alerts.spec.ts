import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { alertCodec } from '../../../src/application/alert/alert.codec.js';
import { createAlerts } from '../../../src/application/alert/alerts.js';
import { createMeasures } from '../../../src/application/alert/measure-rules.js';
import { createTellOperators } from '../../../src/application/alert/tell-operators.js';
import type { Mail } from '../../../src/application/ports/mailer.js';
import { createCommandHandler } from '../../../src/application/shared/command-handler.js';
import { alert } from '../../../src/domain/alert/alert.js';
import type { AlertRuleName } from '../../../src/domain/alert/alert-rules.js';
import { alertRuleNames, alertRules } from '../../../src/domain/alert/alert-rules.js';
import { parseInstant } from '../../../src/domain/shared/instant.js';
import { renderMailHtml } from '../../../src/infrastructure/notification/mail-html.js';
import { PostgresRejectedWebhooks } from '../../../src/infrastructure/postgres/rejected-webhooks.js';
import { PostgresAlertMeasures } from '../../../src/infrastructure/read-models/alert-measures.js';
import { alertsProjection, PostgresAlertQueries } from '../../../src/infrastructure/read-models/alerts.js';
import { attemptsProjection } from '../../../src/infrastructure/read-models/attempts.js';
import { customersProjection } from '../../../src/infrastructure/read-models/customers.js';
import { countOpenRequests } from '../../../src/infrastructure/read-models/open-requests.js';
import {
  PostgresPaymentQueries,
  paymentsProjection,
} from '../../../src/infrastructure/read-models/payments.js';
import {
  PostgresPendingEffects,
  pendingEffectsProjection,
} from '../../../src/infrastructure/read-models/pending-effects.js';
import { refundsProjection } from '../../../src/infrastructure/read-models/refunds.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import { eventually } from '../../support/eventually.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { required } from '../../support/payment-examples.js';
import { silentLogger } from '../../support/postgres.js';
import { wholeTablesIn } from '../../support/query-plans.js';
import type { Bench } from '../projections/support.js';
import { openBench } from '../projections/support.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const weekMs = 7 * 24 * hourMs;
const now = required(parseInstant('2026-11-02T12:00:00.000Z'));
const ago = (ms: number): string => new Date(Date.parse(now) - ms).toISOString();

let bench: Bench;
let store: InMemoryEventStore;
let mails: Mail[];
let mailServer: () => void;
beforeAll(async () => {
  bench = await openBench();
  const running = await bench.start(new InMemoryEventStore(), [
    ...[paymentsProjection, attemptsProjection, alertsProjection, pendingEffectsProjection],
    ...[refundsProjection, customersProjection],
  ]);
  await running.stop();
});
afterAll(() => bench.close());
beforeEach(async () => {
  store = new InMemoryEventStore();
  mails = [];
  mailServer = () => undefined;
  await bench.rows(
    'truncate read_customers.payment_methods, read_payments.payments, read_attempts.attempts, read_refunds.refunds, read_pending_effects.open_requests, counterfoil.inbound_webhooks, counterfoil.rejected_webhooks',
  );
});

function watch(consoleLink: string | null = 'https://ops.acme.example/admin') {
  const clock = { now: () => now };
  const handler = createCommandHandler({
    ...{ eventStore: store, decider: alert, codec: alertCodec, category: 'alertRule' },
  });
  const alerts = createAlerts({
    ...{ handler, clock, logger: silentLogger },
    measures: createMeasures(new PostgresAlertMeasures(bench.pool), systemClock),
  });
  const tell = createTellOperators({
    ...{
      alerts,
      handler,
      clock,
      renderMail: renderMailHtml,
      businessName: 'Acme',
      mailDomain: 'acme.example',
    },
    payments: new PostgresPaymentQueries(bench.pool),
    runbookLink: (rule) => `https://acme.example/runbook/${rule}`,
    consoleLink,
    recipients: ['ops@acme.example', 'cfo@acme.example'],
    mailer: {
      async send(mail) {
        mailServer();
        mails.push(mail);
        return { outcome: 'sent' };
      },
    },
  });
  return { alerts, tell, handler };
}

let made = 0;
/** Payments of one step, spread over a window that ended so long ago. */
async function payments(count: number, step: string, { endedMs = 0, windowMs = hourMs } = {}): Promise<void> {
  const first = made;
  made += count;
  await bench.rows(
    `insert into read_payments.payments (id, step, canceling, amount, currency, amount_authorized, amount_captured,
       amount_refunded, capture_method, metadata, last_refusal, revision, created_at, status_since)
     select 'pay_' || ($1::int + n), $2, false, 100, 'USD', 100, 100, 0, 'automatic', '{}',
       case when $2 in ('requires_payment_method', 'failed') then '{"code":"card_declined"}'::jsonb end, 3, at, at
     from generate_series(1, $5::int) n,
       lateral (select $3::timestamptz - (n - 0.5) * $4::float / $5::float * interval '1 millisecond' as at) as began`,
    [first, step, ago(endedMs), windowMs, count],
  );
  await bench.rows(
    `insert into read_attempts.attempts (payment, amount, currency, started_at, ended_at, outcome, waited, attempt, created_at)
     select id, amount, currency, created_at, case when outcome is not null then created_at end, outcome,
       step = 'requires_action', 1, created_at
     from read_payments.payments, lateral (select case
       when step in ('authorized', 'capturing', 'captured') then 'succeeded'
       when step in ('requires_payment_method', 'failed') then 'failed' end as outcome) as came
     where split_part(id, '_', 2)::int > $1 and split_part(id, '_', 2)::int <= $2`,
    [first, made],
  );
}

async function webhooks(count: number, status: string): Promise<void> {
  const waits = status === 'failed' ? 'now()' : 'null';
  const first = made;
  made += count;
  await bench.rows(
    `insert into counterfoil.inbound_webhooks (id, type, livemode, payload, payload_sha256, status, next_attempt_at)
     select 'evt_' || ($1::int + n), 'payment_intent.succeeded', false, '{}', '\\x00', $2, ${waits}
     from generate_series(1, $3::int) n`,
    [first, status, count],
  );
}

/** An hour like every other, for as many weeks as are looked at. */
async function cleanHours(perHour = 100): Promise<void> {
  for (let week = 0; week <= 8; week += 1) {
    await payments(perHour - 2, 'captured', { endedMs: week * weekMs });
    await payments(2, 'requires_payment_method', { endedMs: week * weekMs });
  }
  await webhooks(200, 'processed');
}

async function opened({ alerts }: ReturnType<typeof watch>): Promise<readonly AlertRuleName[]> {
  const judged = await alerts.judge();
  expect([...judged.keys()]).toEqual(alertRuleNames.filter((rule) => alertRules[rule].setting.enabled));
  return (await alerts.rules()).filter(({ state }) => state.status === 'open').map(({ rule }) => rule);
}

describe('alerts', () => {
  it('are silent on a clean hour', async () => {
    await cleanHours();
    expect(await opened(watch())).toEqual([]);
  });

  it('are silent where nothing has happened yet', async () => {
    expect(await opened(watch())).toEqual([]);
  });

  it('open when payments are declined, and leave out what was not finished', async () => {
    await cleanHours();
    await payments(400, 'requires_action');
    expect(await opened(watch())).not.toContain('payment_success');
    await payments(10, 'requires_payment_method');
    const watching = watch();
    expect(await opened(watching)).toContain('payment_success');
    const measured = (await watching.alerts.judge()).get('payment_success');
    expect(measured).toEqual({ value: Math.floor((98 * 10_000) / 110), sample: 110, excluded: 400 });
  });

  it('open for the last quarter of an hour while the hour is well still', async () => {
    await cleanHours(300);
    await payments(10, 'requires_payment_method', { windowMs: 15 * minuteMs });
    expect(await opened(watch())).toEqual(['recent_payment_success']);
  });

  it('open for first attempts and for retries apart', async () => {
    await cleanHours(300);
    const tried = made;
    await payments(50, 'requires_payment_method', { windowMs: 50 * minuteMs });
    await bench.rows(
      `update read_attempts.attempts set attempt = 2 where split_part(payment, '_', 2)::int > $1`,
      [tried],
    );
    expect(await opened(watch())).toEqual(['payment_success', 'recent_payment_success', 'retry_success']);
    store = new InMemoryEventStore();
    await bench.rows(
      `update read_attempts.attempts set attempt = case when outcome = 'failed' then 1 else 2 end`,
    );
    expect(await opened(watch())).not.toContain('retry_success');
    expect(await opened(watch())).toContain('first_attempt_success');
  });

  it('open for one rail whose payments fail, by the saved payment method, of the last day', async () => {
    await cleanHours(300);
    for (const [kind, id] of [
      ['us_bank_account', 'pm_ach'],
      ['sepa_debit', 'pm_sepa'],
    ]) {
      await bench.rows(
        `insert into read_customers.payment_methods (id, customer, kind, details, created_at)
         values ($1, 'cus_1', $2, gen_random_uuid(), now())`,
        [id, kind],
      );
      const first = made;
      await payments(30, kind === 'sepa_debit' ? 'captured' : 'requires_payment_method', {
        ...{ endedMs: 2 * hourMs, windowMs: 20 * hourMs },
      });
      await bench.rows(
        `update read_attempts.attempts set payment_method = $1 where split_part(payment, '_', 2)::int > $2`,
        [id, first],
      );
    }
    const watching = watch();
    expect(await opened(watching)).toEqual(['ach_debit_success']);
    const measured = await watching.alerts.measure();
    expect(measured.get('ach_debit_success')).toEqual({ value: 0, sample: 30, excluded: 0 });
    expect(measured.get('sepa_debit_success')).toEqual({ value: 10_000, sample: 30, excluded: 0 });
    const measures = new PostgresAlertMeasures(bench.pool);
    const cards = await measures.outcomes(required(parseInstant(ago(24 * hourMs))), now, 'cards');
    expect([cards.succeeded, cards.failed]).toEqual([298, 2]);
  });

  it('open when payments are stuck', async () => {
    await cleanHours();
    await payments(5, 'confirming', { endedMs: 16 * minuteMs, windowMs: 10 * minuteMs });
    expect(await opened(watch())).toEqual([]);
    await payments(1, 'confirming', { endedMs: 16 * minuteMs, windowMs: minuteMs });
    expect(await opened(watch())).toEqual(['stuck_payments']);
  });

  it('open when refunds have been pending for longer than a card takes', async () => {
    await cleanHours();
    const refunds = (count: number, days: number) =>
      bench.rows(
        `insert into read_refunds.refunds (id, payment, status, amount, currency, created_at, status_since)
         select 're_' || $1 || '_' || n, 'pay_' || n, 'pending', 5, 'USD', $2, $2 from generate_series(1, $3::int) n`,
        [String(days), ago(days * 24 * hourMs), count],
      );
    await refunds(9, 9);
    expect(await opened(watch())).toEqual([]);
    await refunds(6, 11);
    expect(await opened(watch())).toEqual(['stuck_payments']);
  });

  it('open when captured payments have requests without an outcome', async () => {
    await cleanHours();
    const ask = (count: number, minutes: number) =>
      bench.rows(
        `insert into read_pending_effects.open_requests (stream, kind, item, event_id, revision, requested_at, attended)
         select 'payment-pay_' || n, 'refund', 're_' || $1, gen_random_uuid(), 7, now() - $2::interval, false
         from generate_series(1, $3::int) n`,
        [String(minutes), `${minutes} minutes`, count],
      );
    await ask(9, 14);
    expect(await opened(watch())).not.toContain('stuck_payments');
    await ask(6, 16);
    expect(await opened(watch())).toContain('stuck_payments');
  });

  it('open when webhooks cannot be handled', async () => {
    await cleanHours();
    await webhooks(10, 'failed');
    expect(await opened(watch())).toEqual([]);
    await webhooks(1, 'failed');
    expect(await opened(watch())).toEqual(['inbound_webhooks']);
  });

  it('open when calls have bad signatures, apart from webhooks that cannot be handled', async () => {
    await cleanHours();
    const rejected = new PostgresRejectedWebhooks(bench.pool, silentLogger);
    // What is long over says nothing, and is forgotten with the next.
    await bench.rows(
      `insert into counterfoil.rejected_webhooks values (now() - interval '2 hours', 90), (now() - interval '9 days', 90)`,
    );
    const before = required(parseInstant(new Date(Date.now() - 30 * minuteMs).toISOString()));
    const since = () => new PostgresAlertMeasures(bench.pool).rejectedWebhooks(before);
    for (let n = 0; n < 10; n += 1) rejected.count();
    await eventually(since, (count) => count === 10, 30_000);
    const watching = watch();
    expect(await opened(watching)).toEqual([]);
    rejected.count();
    await eventually(since, (count) => count === 11, 30_000);
    expect(await opened(watching)).toEqual(['rejected_webhooks']);
    const handled = { value: 0, sample: 200, excluded: 0 };
    expect((await watching.alerts.measure()).get('inbound_webhooks')).toEqual(handled);
    expect(
      await bench.rows(
        "select minute from counterfoil.rejected_webhooks where minute < now() - interval '8 days'",
      ),
    ).toEqual([]);
    await bench.rows("update counterfoil.rejected_webhooks set minute = minute - interval '2 hours'");
    expect(await opened(watching)).toEqual([]);
  });

  it('open when there are many more payments than at this hour of earlier weeks', async () => {
    await cleanHours();
    await payments(80, 'captured');
    expect(await opened(watch())).toEqual(['unusual_volume']);
  });

  it('open when no payment succeeds any more, where usually some do', async () => {
    for (let week = 1; week <= 8; week += 1) await payments(100, 'captured', { endedMs: week * weekMs });
    await payments(1, 'captured', { endedMs: 61 * minuteMs, windowMs: minuteMs });
    expect(await opened(watch())).toEqual(['unusual_volume', 'no_payments']);
  });

  it('open once and close once, whichever processes look at it, and everybody is told once', async () => {
    await cleanHours();
    await webhooks(30, 'failed');
    const [one, other] = [watch(), watch()];
    for (let turn = 0; turn < 3; turn += 1) await Promise.all([one.alerts.judge(), other.alerts.judge()]);
    mailServer = () => {
      throw new Error('come again later');
    };
    await expect(one.tell()).rejects.toThrow('come again later');
    mailServer = () => undefined;
    expect(await one.tell()).toBe(2);
    expect(await other.tell()).toBe(0);
    await bench.rows(`update counterfoil.inbound_webhooks set status = 'processed', next_attempt_at = null`);
    for (let turn = 0; turn < 3; turn += 1) await Promise.all([one.alerts.judge(), other.alerts.judge()]);
    expect(await other.tell()).toBe(2);
    const facts = await store.readStream('alertRule-inbound_webhooks');
    expect(facts.map(({ type }) => type)).toEqual(['AlertOpened', 'AlertTold', 'AlertClosed', 'AlertTold']);
    expect(mails.map(({ to, subject }) => `${to} ${subject}`)).toEqual([
      'ops@acme.example Alert opened: inbound webhooks',
      'cfo@acme.example Alert opened: inbound webhooks',
      'ops@acme.example Alert closed: inbound webhooks',
      'cfo@acme.example Alert closed: inbound webhooks',
    ]);
    expect(mails[0]?.text).toContain('13.04 % (sample: 230)');
    expect(mails[0]?.html).toContain('href="https://acme.example/runbook/inbound_webhooks"');
    expect(mails[2]?.text).not.toContain('runbook');
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(4);
  });

  it('name the newest ten of the stuck payments, with a way to each and to all', async () => {
    await payments(12, 'processing', { endedMs: 16 * minuteMs });
    const newest = Array.from({ length: 10 }, (_, n) => `pay_${made - 11 + n}`);
    const watching = watch();
    expect(await opened(watching)).toEqual(['stuck_payments']);
    await watching.tell();
    const [{ text, html } = required(mails[0])] = mails;
    expect(text.match(/https:\/\/ops\.acme\.example\/admin\/payments\/pay_\d+/g)).toEqual(
      newest.map((id) => `https://ops.acme.example/admin/payments/${id}`),
    );
    expect(html).toContain('href="https://ops.acme.example/admin/payments?stuck=yes"');
    // Where there is no console the ids are what there is to go by.
    mails = [];
    store = new InMemoryEventStore();
    const without = watch(null);
    await opened(without);
    await without.tell();
    expect(mails[0]?.text.match(/\bpay_\d+/g)).toEqual(newest);
    expect(mails[0]?.text.match(/http\S*/g)).toEqual(['https://acme.example/runbook/stuck_payments']);
    // It is over: nothing is left to name.
    await bench.rows('truncate read_payments.payments');
    mails = [];
    await opened(without);
    await without.tell();
    expect([mails[0]?.subject, mails[0]?.text]).toEqual([
      'Alert closed: stuck payments',
      expect.not.stringContaining('pay_'),
    ]);
  });

  it('open for one webhook that is parked, however few come in and however long ago it did, until it is dismissed', async () => {
    await webhooks(1, 'parked');
    await bench.rows(`update counterfoil.inbound_webhooks set received_at = now() - interval '3 days'`);
    const watching = watch();
    expect(await opened(watching)).toEqual(['parked_webhooks']);
    await watching.tell();
    expect(mails.map(({ subject }) => subject)).toContain('Alert opened: parked webhooks');
    await bench.rows(`update counterfoil.inbound_webhooks set status = 'ignored'`);
    expect(await opened(watching)).toEqual([]);
  });

  it('open for one refund whose outcome is in doubt for long, and at once for one whose answer is against the history', async () => {
    const ask = (stream: string, id: string, age: string) =>
      bench.rows(
        `insert into read_pending_effects.open_requests (stream, kind, item, event_id, revision, requested_at, attended)
         values ($1, 'refund', $2::text, $2::text::uuid, 7, now() - $3::interval, false)`,
        [stream, id, age],
      );
    const over = (id: string) =>
      bench.rows('delete from read_pending_effects.open_requests where event_id = $1', [id]);
    const [old, young] = ['0193f1a0-0000-7000-8000-000000000001', '0193f1a0-0000-7000-8000-000000000002'];
    const watching = watch();
    // A payment method that was to be removed moves no money.
    await ask('customer-cus_1', '0193f1a0-0000-7000-8000-000000000003', '2 days');
    await ask('payment-pay_1', young, '14 minutes');
    expect(await opened(watching)).toEqual([]);
    await ask('payment-pay_2', old, '16 minutes');
    // It is not due: after a few attempts it is asked about every quarter of an hour only.
    const [effects, soon] = [
      new PostgresPendingEffects(bench.pool),
      required(parseInstant('2100-01-01T00:00:00.000Z')),
    ];
    await effects.postpone(old, soon, 'timeout', 1n);
    expect(await opened(watching)).toEqual(['in_doubt']);
    await watching.tell();
    expect(mails.map(({ subject }) => subject)).toContain('Alert opened: in doubt');
    await over(old);
    expect(await opened(watching)).toEqual([]);
    await effects.postpone(young, soon, 'refund re_1 is of 5 at the provider', 1n, true);
    expect(await opened(watching)).toEqual(['in_doubt']);
    expect(await countOpenRequests(bench.pool)).toMatchObject({ open: 2, in_doubt: 1, contradicted: 1 });
    await effects.postpone(young, soon, 'timeout', 2n);
    expect(await opened(watching)).toEqual([]);
  });

  it('are listed, the latest first, with what became of them', async () => {
    await cleanHours();
    await webhooks(30, 'failed');
    const { alerts } = watch();
    await alerts.judge();
    const running = await bench.start(store, [alertsProjection]);
    await running.reached(await store.head(), 10_000);
    await running.stop();
    const { rows } = await new PostgresAlertQueries(bench.pool).list({
      ...{ limit: 10, startingAfter: null, endingBefore: null, status: 'open', rule: null },
    });
    expect(rows).toMatchObject([{ rule: 'inbound_webhooks', value: 1304, sample: 230, threshold: 500 }]);
  });

  it('count by indexes, however many payments there are', async () => {
    await bench.rows(
      `insert into read_payments.payments (id, step, canceling, amount, currency, amount_authorized,
        amount_captured, amount_refunded, capture_method, metadata, revision, created_at, status_since)
      select 'pay_many' || n, 'captured', false, 1, 'USD', 1, 1, 0, 'automatic', '{}', 5, at, at
      from generate_series(1, 50000) n, lateral (select $1::timestamptz - n * interval '1 minute' as at) as began`,
      [now],
    );
    await bench.rows(
      `insert into read_attempts.attempts (payment, amount, currency, started_at, ended_at, outcome, waited, attempt, created_at)
       select id, 1, 'USD', created_at, case when right(id, 2) <> '00' then created_at end, 'succeeded', false, 1, created_at
       from read_payments.payments`,
    );
    await bench.rows(
      `insert into counterfoil.inbound_webhooks (id, type, livemode, payload, payload_sha256, status, received_at)
       select 'evt_many' || n, 'charge.updated', false, '{}', '\\x00', 'processed', $1::timestamptz - n * interval '1 minute'
       from generate_series(1, 20000) n`,
      [now],
    );
    await bench.rows('analyze read_payments.payments, read_attempts.attempts, counterfoil.inbound_webhooks');
    const plans: string[] = [];
    const explaining = {
      async query(text: string, values: unknown[]) {
        plans.push(JSON.stringify((await bench.pool.query(`explain (format json) ${text}`, values)).rows));
        return { rows: [] };
      },
    } as unknown as Bench['pool'];
    const measures = new PostgresAlertMeasures(explaining);
    const from = required(parseInstant(ago(hourMs)));
    await measures.outcomes(from, now, null);
    for (const slice of ['retries', 'cards', 'ach_debits'] as const)
      await measures.outcomes(from, now, slice);
    await measures.paymentsMade([{ from, to: now }]);
    await measures.lastSuccess();
    await measures.stuck(now);
    await measures.webhooks(from);
    await measures.parkedWebhooks(1_000);
    expect(plans).toHaveLength(9);
    for (const plan of plans) expect(wholeTablesIn(plan)).toEqual([]);
  });
});
