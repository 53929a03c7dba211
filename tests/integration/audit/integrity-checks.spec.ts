import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditedCategories } from '../../../src/application/audit/audited-categories.js';
import { createPendingIntegrityChecks } from '../../../src/application/audit/pending-integrity-checks.js';
import type { IntegrityCheckRow } from '../../../src/application/ports/integrity-checks.js';
import { findingKinds } from '../../../src/application/ports/integrity-checks.js';
import { PostgresEventStore } from '../../../src/infrastructure/event-store/postgres-event-store.js';
import { PostgresIntegrityChecks } from '../../../src/infrastructure/postgres/integrity-checks.js';
import type { PostgresProjections } from '../../../src/infrastructure/projections/postgres-projections.js';
import { ledgerProjection } from '../../../src/infrastructure/read-models/ledger.js';
import { PostgresLedgerSums } from '../../../src/infrastructure/read-models/ledger-sums.js';
import { paymentsProjection } from '../../../src/infrastructure/read-models/payments.js';
import {
  authorized,
  captured,
  confirmRequested,
  created,
  feeRecorded,
  refundInitiated,
  refundRequested,
} from '../../support/payment-examples.js';
import { silentLogger } from '../../support/postgres.js';
import type { Bench } from '../projections/support.js';
import { openBench, recordedPayment } from '../projections/support.js';

const history = [created, confirmRequested(), authorized(), captured(), feeRecorded];
const refunding = [refundRequested(1, 1000), refundInitiated(1, 1000)];
/** 3 payments of 5, 7 and 5 events. */
const payments = [history, [...history, ...refunding], history];
const [head, lastOfSecond, middleOfThird] = [17n, 12n, 14n];

let bench: Bench;
let store: PostgresEventStore;
let projections: PostgresProjections;
let checks: PostgresIntegrityChecks;
let run: ReturnType<typeof createPendingIntegrityChecks>;
let asked = 0;

beforeAll(async () => {
  bench = await openBench();
  store = new PostgresEventStore({ connectionString: bench.url, logger: silentLogger });
  for (const [n, events] of payments.entries()) {
    const id = `pay_0193f1a0-0000-7000-8000-00000000000${n}`;
    const named = events.map((event) =>
      event.type === 'PaymentCreated' ? { ...event, paymentId: id } : event,
    );
    const recorded = recordedPayment(id, named as typeof events);
    await store.append(`payment-${id}`, 'no_stream', recorded);
  }
  projections = await bench.start(store, [paymentsProjection, ledgerProjection]);
  expect(await projections.reached(head, 60_000)).toBe(true);
  checks = new PostgresIntegrityChecks(bench.pool);
  run = createPendingIntegrityChecks({
    ...{ checks, eventStore: store, projections, categories: auditedCategories },
    ledger: new PostgresLedgerSums(bench.pool),
    positionsWithoutGaps: true,
  });
  await tamper(
    'create table kept_events as select * from eventstore.events',
    'create table kept_entries as select * from read_ledger.entries',
    'create table kept_journals as select * from read_ledger.journals',
    'create table kept_checkpoints as select * from counterfoil.projections',
  );
});
afterAll(async () => {
  await store.close();
  await bench.close();
});

/** What whoever owns the database can do, past every trigger. */
async function tamper(...statements: readonly string[]): Promise<void> {
  const client = await bench.pool.connect();
  try {
    await client.query("set session_replication_role = 'replica'");
    for (const statement of statements) await client.query(statement);
  } finally {
    client.release(true);
  }
}

const restore = () =>
  tamper(
    ...[
      ['eventstore.events', 'kept_events'],
      ['read_ledger.entries', 'kept_entries'],
      ['read_ledger.journals', 'kept_journals'],
      ['counterfoil.projections', 'kept_checkpoints'],
    ].flatMap(([table, kept]) => [`delete from ${table}`, `insert into ${table} select * from ${kept}`]),
  );

async function check(): Promise<IntegrityCheckRow> {
  asked += 1;
  const id = `chk_${asked}`;
  await checks.ask({ id, requested_by: 'usr_auditor', reason: 'the yearly audit' });
  await run(async () => true);
  const found = await checks.find(id);
  if (found === undefined) throw new Error('the check is lost');
  return found;
}

const kindsOf = ({ result }: IntegrityCheckRow) => [
  ...new Set((result?.findings ?? []).map(({ kind }) => kind)),
];

describe('an integrity check', () => {
  it('finds nothing wrong with what is whole, and says who asked and why', async () => {
    const clean = await check();
    expect(clean).toMatchObject({
      ...{ requested_by: 'usr_auditor', reason: 'the yearly audit' },
      result: { position: head, events: head, entries: 14n, finding_count: 0n, findings: [] },
    });
    expect(clean.finished_at).not.toBeNull();
  });

  const planted: Readonly<Record<(typeof findingKinds)[number], readonly string[]>> = {
    position_gap: [`delete from eventstore.events where position = ${lastOfSecond}`],
    revision_gap: [`delete from eventstore.events where position = ${middleOfThird}`],
    event_undecodable: [
      `update eventstore.events set data = '{"at":"now"}' where position = ${lastOfSecond}`,
    ],
    journal_unbalanced: [
      'update read_ledger.entries set amount = amount + 1 where position = 4 and line = 0',
    ],
    ledger_unbalanced: ['delete from read_ledger.entries where position = 4 and line = 0'],
    entry_without_event: [
      `insert into read_ledger.entries (position, line, event_id, account, amount, currency)
         select 99, line, gen_random_uuid(), account, amount, currency from read_ledger.entries where position = 4`,
    ],
    read_model_differs: ["update read_ledger.journals set description = 'A gift' where position = 4"],
    read_model_not_rebuilt: ["delete from counterfoil.projections where name = 'payments'"],
  };

  it.each(findingKinds)('tells %s by its name', async (kind) => {
    await tamper(...planted[kind]);
    const found = await check();
    await restore();
    expect(kindsOf(found)).toContain(kind);
    expect(found.result?.finding_count).toBeGreaterThan(0n);
  });

  it('tells where, and a last event that is gone from a stream is no gap in it', async () => {
    await tamper(...planted.position_gap);
    const gone = await check();
    await restore();
    expect(kindsOf(gone)).not.toContain('revision_gap');
    expect(gone.result?.findings[0]).toMatchObject({ kind: 'position_gap', position: lastOfSecond + 1n });
    await tamper(...planted.revision_gap);
    const within = await check();
    await restore();
    expect(within.result?.findings.find(({ kind }) => kind === 'revision_gap')).toEqual({
      kind: 'revision_gap',
      subject: 'payment-pay_0193f1a0-0000-7000-8000-000000000002',
      position: middleOfThird + 1n,
      detail: 'Revision 2 does not follow 0.',
    });
  });

  it('tells an amount that was changed in the log by the read models that it made', async () => {
    await tamper(
      `update eventstore.events set data = replace(data::text, '5000', '6000')::json where position = 4`,
    );
    const found = await check();
    await restore();
    expect(found.result?.findings.map(({ kind, subject }) => [kind, subject])).toEqual([
      ['read_model_differs', 'payments'],
      ['read_model_differs', 'ledger'],
    ]);
  });

  it('is begun anew where its worker gave it up, and is listed with the others', async () => {
    await checks.ask({ id: 'chk_given_up', requested_by: 'usr_auditor', reason: null });
    await run(async () => false);
    expect((await checks.find('chk_given_up'))?.result).toBeNull();
    await run(async () => true);
    expect((await checks.find('chk_given_up'))?.result?.finding_count).toBe(0n);
    const page = { limit: 2, startingAfter: null, endingBefore: null };
    const first = await checks.list(page);
    expect(first.rows.map(({ id }) => id)).toEqual(['chk_given_up', `chk_${asked}`]);
    const next = await checks.list({ ...page, limit: 100, startingAfter: `chk_${asked}` });
    expect(next.rows).toHaveLength(asked - 1);
  });
});
