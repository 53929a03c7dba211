import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ComposeNotice } from '../../../src/application/notification/compose-notice.js';
import { createComposeNotice } from '../../../src/application/notification/compose-notice.js';
import { createTellOfDigests } from '../../../src/application/notification/tell-of-digests.js';
import { paymentCodec } from '../../../src/application/payment/payment.codec.js';
import { knownZone } from '../../../src/application/shared/zones.js';
import { parseCivilDate } from '../../../src/domain/shared/civil-date.js';
import type { Instant } from '../../../src/domain/shared/instant.js';
import { parseInstant } from '../../../src/domain/shared/instant.js';
import { renderMailHtml } from '../../../src/infrastructure/notification/mail-html.js';
import { PostgresInboundWebhooks } from '../../../src/infrastructure/postgres/inbound-webhooks.js';
import { PostgresNoticeTemplates } from '../../../src/infrastructure/postgres/notice-templates.js';
import { PostgresNotifications } from '../../../src/infrastructure/postgres/notifications.js';
import { PostgresDigestQueries } from '../../../src/infrastructure/read-models/digests.js';
import { projections } from '../../../src/infrastructure/read-models/read-models.js';
import { createNotificationWorker } from '../../../src/interfaces/worker/notification-worker.js';
import { createWakeUp } from '../../../src/interfaces/worker/wake-up.js';
import { eventually } from '../../support/eventually.js';
import { KeptMails } from '../../support/in-memory-notifications.js';
import { required } from '../../support/payment-examples.js';
import { silentLogger } from '../../support/postgres.js';
import { RecordedEventStore } from '../projections/recorded-event-store.js';
import type { Bench } from '../projections/support.js';
import { openBench } from '../projections/support.js';
import { syntheticLog } from '../projections/synthetic-payments.js';

const instant = (text: string): Instant => required(parseInstant(text));
const store = new RecordedEventStore(syntheticLog(150));
/** Of the synthetic payments, all of which were made on the first of January. */
const newYear = { from: instant('2026-01-01T00:00:00.000Z'), to: instant('2026-01-02T00:00:00.000Z') };
const now = instant('2026-01-02T07:00:00.000Z');

let bench: Bench;
let outbox: PostgresNotifications;
let queries: PostgresDigestQueries;
let inbox: PostgresInboundWebhooks;
beforeAll(async () => {
  bench = await openBench();
  outbox = new PostgresNotifications(bench.pool);
  queries = new PostgresDigestQueries(bench.pool);
  inbox = new PostgresInboundWebhooks(bench.pool);
  const running = await bench.start(store, projections);
  await running.reached(await store.head(), 20_000);
  await running.stop();
});
afterAll(async () => {
  await inbox.close();
  await bench.close();
});
beforeEach(async () => {
  await bench.rows(
    'truncate counterfoil.notifications, counterfoil.health_history, counterfoil.inbound_webhooks',
  );
});

let caughtUp = true;
const recipients = ['ops@acme.example', 'CFO@acme.example'];

/** The job of one process, whose clock shows `at`. */
const job = (at: string, to: readonly string[] = recipients) =>
  createTellOfDigests({
    ...{ queries, notifications: outbox, recipients: to, zone: knownZone('UTC'), hour: 6 },
    clock: { now: () => instant(at) },
    caughtUp: async () => caughtUp,
  });

async function queued(): Promise<readonly string[]> {
  const rows = await bench.rows(
    `select kind || ' ' || subject as told from counterfoil.notifications order by kind, subject`,
  );
  return rows.map(({ told }) => String(told));
}

const composer = (): ComposeNotice => {
  const nobody = async () => {
    throw new Error('a digest is of no customer');
  };
  return createComposeNotice({
    customers: { load: nobody },
    profiles: { read: nobody },
    records: { findDetails: nobody },
    invoices: { load: nobody },
    templates: new PostgresNoticeTemplates(bench.pool),
    issueLinks: nobody,
    ...{ renderMail: renderMailHtml, businessName: 'Acme', mailDomain: 'acme.example' },
    operators: { recipients, language: 'en', consoleLink: 'https://pay.example/admin' },
  });
};

describe('digests', () => {
  it('are told once to each recipient, whichever processes are at it and however often they start', async () => {
    const [one, other] = [job('2026-01-02T06:00:00.000Z'), job('2026-01-02T06:00:01.000Z')];
    for (let turn = 0; turn < 3; turn += 1) await Promise.all([one(), other(), one()]);
    await job('2026-01-02T23:59:59.000Z')();
    const day = 'daily_digest 2026-01-01';
    expect(await queued()).toEqual([day, day]);

    const mails = new KeptMails();
    const stopping = new AbortController();
    const workers = [0, 1].map(() =>
      createNotificationWorker({
        ...{ notifications: outbox, compose: composer(), mailer: mails, logger: silentLogger },
        ...{ wakeUp: createWakeUp(), pollMs: 10 },
      }).run(stopping.signal),
    );
    await eventually(
      () => bench.rows(`select from counterfoil.notifications where status <> 'sent'`),
      (unsent) => unsent.length === 0,
    );
    stopping.abort();
    await Promise.all(workers);
    expect(mails.mails.map(({ to }) => to).sort()).toEqual([...recipients].sort());
    expect(mails.mails[0]?.subject).toBe('Acme: payments of January 1, 2026');
    expect(mails.mails[0]?.text).toContain(`at position ${await store.head()} of the log`);
    expect(mails.mails[0]?.text).toContain('Open the console:\nhttps://pay.example/admin\n');
    const kept = JSON.stringify(await bench.rows('select * from counterfoil.notifications'));
    expect(kept).not.toMatch(/acme\.example"|ops@|cfo@/i);
  });

  it('are told late by whoever was down, the latest only, and not of a time before there was anything', async () => {
    await job('2026-01-01T12:00:00.000Z')();
    expect(await queued()).toEqual([]);
    const tell = job('2026-03-20T15:00:00.000Z');
    expect(await tell()).toEqual({ daily: 2, weekly: 2 });
    expect(await tell()).toEqual({ daily: 0, weekly: 0 });
    expect(await queued()).toEqual([
      ...['daily_digest 2026-03-19', 'daily_digest 2026-03-19'],
      ...['weekly_summary 2026-03-09', 'weekly_summary 2026-03-09'],
    ]);
  });

  it('wait for read models that are behind', async () => {
    caughtUp = false;
    const tell = job('2026-01-02T07:00:00.000Z');
    await expect(tell()).rejects.toThrow('too far behind');
    expect(await queued()).toEqual([]);
    caughtUp = true;
    expect(await tell()).toMatchObject({ daily: 2 });
  });

  it('are told to whoever is new among the recipients, and to nobody where there are none', async () => {
    await job('2026-01-02T07:00:00.000Z', ['ops@acme.example'])();
    expect(await job('2026-01-02T08:00:00.000Z', ['OPS@acme.example', 'cfo@acme.example'])()).toMatchObject({
      daily: 1,
    });
    expect(await job('2026-01-03T08:00:00.000Z', [])()).toEqual({ daily: 0, weekly: 0 });
  });

  it('are not sent to an address that is not configured any more', async () => {
    await job('2026-01-02T07:00:00.000Z', ['gone@acme.example'])();
    const [claimed] = await outbox.claimDue(1, 60_000);
    expect(await composer()(required(claimed))).toEqual({ outcome: 'skipped', reason: 'no_address' });
  });
});

describe('the figures of a day', () => {
  /** What the events themselves say. */
  async function facts() {
    const outcomes = new Map<string, 'succeeded' | 'failed' | 'open'>();
    const made = new Map<string, { count: number; minor: bigint }>();
    for (const { stream, ...stored } of await store.readAll(0n, 1_000_000)) {
      const event = paymentCodec.decode(stored);
      const { type } = event;
      if (type === 'PaymentCreated') {
        const { minor, currency } = event.amount;
        const before = made.get(currency) ?? { count: 0, minor: 0n };
        made.set(currency, { count: before.count + 1, minor: before.minor + minor });
      }
      if (type === 'PaymentConfirmRequested') outcomes.set(stream, 'open');
      if (type === 'PaymentAuthorized') outcomes.set(stream, 'succeeded');
      if (type === 'PaymentDeclined' || type === 'PaymentFailed') outcomes.set(stream, 'failed');
    }
    const of = (outcome: string) => [...outcomes.values()].filter((each) => each === outcome).length;
    return { made, succeeded: of('succeeded'), failed: of('failed'), open: of('open') };
  }

  it('are what the events say, currency by currency', async () => {
    const { figures, known } = await queries.daily(newYear, required(parseCivilDate('2026-01-02')), now);
    const { made, succeeded, failed, open } = await facts();
    expect(failed).toBeGreaterThan(0);
    const { unfinished, unanswered, ...ended } = figures.outcomes;
    expect(ended).toMatchObject({ succeeded, failed });
    expect(unfinished + unanswered).toBe(open);
    const told = new Map<string, { count: number; minor: bigint }>();
    for (const { currency, count, minor } of figures.payments) {
      const before = told.get(currency) ?? { count: 0, minor: 0n };
      told.set(currency, { count: before.count + count, minor: before.minor + BigInt(minor) });
    }
    expect(told).toEqual(made);
    expect(figures.declines.reduce((sum, { count }) => sum + count, 0)).toBe(failed);
    expect(figures.refunds.length).toBeGreaterThan(0);
    const head = String(await store.head());
    expect(known).toEqual({ asOf: now, positions: [head, head] });
  });

  it('hold what is due, what is stuck, alerts and webhooks', async () => {
    await bench.rows(
      `insert into read_invoices.invoices (id, status, due_on, customer, purpose, currency, amount_net, amount_tax, amount_tax_due,
         amount_total, amount_paid, amount_credited, amount_written_off, amount_due, metadata, revision, created_at)
       select 'inv_' || n, status, due_on::date, 'cus_1', 'sale', currency, 0, 0, 0, 100, 0, 0, 0, due, '{}', 1, $1
       from (values (1, 'open', '2026-01-01', 'EUR', 100), (2, 'open', '2025-12-01', 'USD', 70), (3, 'open', '2026-01-02', 'EUR', 30),
         (4, 'open', '2026-01-03', 'EUR', 9), (5, 'paid', '2025-12-01', 'EUR', 0), (6, 'open', '2026-01-02', 'EUR', 500))
         as given (n, status, due_on, currency, due)`,
      [newYear.from],
    );
    await bench.rows(
      `insert into read_plans.plans (id, completed, defaulted, canceled, invoice, customer, currency, total, amount_settled,
         amount_discounted, version, terms, approved_on, time_zone, revision, created_at)
       values ('plan_1', false, false, false, 'inv_6', 'cus_1', 'EUR', 500, 0, 0, 1, '', '', 'UTC', 1, $1)`,
      [newYear.from],
    );
    await bench.rows(
      `insert into read_plans.parts (plan, part, place, amount, due_on, collect, step, amount_settled, amount_discounted,
         late_fees, failed_collections)
       values ('plan_1', 1, 0, 200, '2026-01-02', 'automatic', 'due', 50, 0, 0, 0),
         ('plan_1', 2, 1, 300, '2026-02-02', 'automatic', 'scheduled', 0, 0, 0, 0)`,
    );
    await bench.rows(
      `insert into read_alerts.alerts (id, rule, status, value, sample, threshold, opened_at, closed_at, revision) values
        ('alr_1', 'stuck_payments', 'closed', 6, 6, 5, '2025-12-31T10:00Z', '2025-12-31T11:00Z', 1),
        ('alr_2', 'no_payments', 'closed', 61, 9, 60, '2025-12-31T23:00Z', '2026-01-01T01:00Z', 1),
        ('alr_3', 'payment_success', 'open', 8000, 40, 9000, '2026-01-01T12:00Z', null, 1),
        ('alr_4', 'stuck_payments', 'open', 6, 6, 5, '2026-01-02T00:00Z', null, 1)`,
    );
    await webhooks('2026-01-01T12:00Z', [
      'processed',
      'processed',
      'ignored',
      'parked',
      'failed',
      'received',
    ]);
    await webhooks('2026-01-02T00:00Z', ['parked']);
    const { figures } = await queries.daily(newYear, required(parseCivilDate('2026-01-02')), now);
    expect(figures.overdue).toEqual([
      { currency: 'EUR', count: 1, minor: '100' },
      { currency: 'USD', count: 1, minor: '70' },
    ]);
    expect(figures.dueToday).toEqual([{ currency: 'EUR', count: 2, minor: '180' }]);
    expect(figures.alerts.map(({ rule, closedAt }) => [rule, closedAt])).toEqual([
      ['no_payments', '2026-01-01T01:00:00.000Z'],
      ['payment_success', null],
    ]);
    expect(figures.webhooks).toEqual({ handled: 3, failed: 2, waiting: 1, dismissed: 0 });
    // Whoever dismisses a failed one does not make a success of it.
    const [parked] = await bench.rows(
      `select id from counterfoil.inbound_webhooks where status = 'parked' order by received_at limit 1`,
    );
    const by = { commandId: 'a', correlationId: 'a', causationId: 'a', reason: 'Not ours' } as const;
    const operator = { ...by, actor: { kind: 'user', id: 'usr_1' } } as const;
    expect(await inbox.ignore(String(parked?.['id']), operator)).toBe(true);
    const after = await queries.daily(newYear, required(parseCivilDate('2026-01-02')), now);
    expect(after.figures.webhooks).toEqual({ handled: 3, failed: 1, waiting: 1, dismissed: 1 });
  });
});

async function webhooks(at: string, statuses: readonly string[]): Promise<void> {
  await bench.rows(
    `insert into counterfoil.inbound_webhooks (id, type, livemode, payload, payload_sha256, status, next_attempt_at, received_at)
     select gen_random_uuid()::text, 'charge.updated', false, '{}', '\\x00', status,
       case when status in ('received', 'failed') then now() end, $1::timestamptz from unnest($2::text[]) status`,
    [at, statuses],
  );
}

describe('the shares of a week', () => {
  const week = { from: instant('2026-01-05T00:00:00.000Z'), to: instant('2026-01-12T00:00:00.000Z') };

  async function checks(from: string, to: string, healthy: boolean): Promise<void> {
    await bench.rows(
      `insert into counterfoil.health_history (at, healthy, checks)
       select at, $3, '{}' from generate_series($1::timestamptz, $2::timestamptz, interval '301 seconds') at`,
      [from, to, healthy],
    );
  }

  it('count a minute as up that a check vouches for, and leave out what was before the first check', async () => {
    await checks('2026-01-06T00:00Z', '2026-01-07T23:59:59Z', true);
    await checks('2026-01-08T00:00Z', '2026-01-08T00:59:59Z', false);
    // Nobody looks for two hours, of which the first check's ten minutes are vouched for.
    await checks('2026-01-08T01:00Z', '2026-01-08T01:00:01Z', true);
    await checks('2026-01-08T03:00Z', '2026-01-11T23:59:59Z', true);
    const { shares } = await queries.shares([week], now);
    const days = 6 * 24 * 60;
    expect(shares[0]?.uptime).toEqual({ good: days - 60 - 110, total: days, excluded: 24 * 60 });
  });

  it('are of the webhooks and answers in it, and of nothing where there was nothing', async () => {
    await webhooks('2026-01-05T00:00Z', ['processed', 'parked', 'received']);
    await webhooks('2026-01-12T00:00Z', ['parked']);
    const { shares } = await queries.shares([week, newYear], now);
    const [empty, full] = shares;
    expect(empty).toEqual({
      payment_success: { good: 0, total: 0, excluded: 0 },
      prompt_answer: { good: 0, total: 0, excluded: 0 },
      webhook_success: { good: 1, total: 2, excluded: 1 },
      uptime: { good: 0, total: 0, excluded: 7 * 24 * 60 },
    });
    expect(full?.prompt_answer.total).toBeGreaterThan(0);
    expect(full?.payment_success.total).toBeGreaterThanOrEqual(full?.prompt_answer.total ?? 0);
  });
});
