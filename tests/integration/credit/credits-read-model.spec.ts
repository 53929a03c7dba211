import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type pg from 'pg';
import { v5 } from 'uuid';
import { creditCodec } from '../../../src/application/credit/credit.codec.js';
import { creditAgenda } from '../../../src/application/credit/credit-agenda.js';
import type { EventMetadata, RecordedEvent } from '../../../src/application/ports/event-store.js';
import type { CreditRow, PageRequest } from '../../../src/application/ports/read-models.js';
import { eventIdOf } from '../../../src/application/shared/event-ids.js';
import type { CreditCommand } from '../../../src/domain/credit/commands.js';
import type { CreditEvent } from '../../../src/domain/credit/events.js';
import type { Grant } from '../../../src/domain/credit/grant.js';
import { isPaid, onHold, remaining, statusOf } from '../../../src/domain/credit/grant.js';
import type { CreditState } from '../../../src/domain/credit/state.js';
import { valuesOf } from '../../../src/domain/shared/id-index.js';
import { parseCreditId, parseCustomerId } from '../../../src/domain/shared/ids.js';
import { parseInstant } from '../../../src/domain/shared/instant.js';
import { agendaProjection } from '../../../src/infrastructure/read-models/agenda.js';
import { creditsProjection, PostgresCreditQueries } from '../../../src/infrastructure/read-models/credits.js';
import { ledgerProjection } from '../../../src/infrastructure/read-models/ledger.js';
import { creditCommands, eventsOf, playCredit } from '../../support/credit-arbitraries.js';
import { at, required } from '../../support/payment-examples.js';
import { RecordedEventStore } from '../projections/recorded-event-store.js';
import type { Bench } from '../projections/support.js';
import { openBench } from '../projections/support.js';

const projections = [creditsProjection, agendaProjection, ledgerProjection];
const page = { limit: 7, startingAfter: null, endingBefore: null };
const noRange = { createdGte: null, createdGt: null, createdLte: null, createdLt: null };
const noFilter = { ...noRange, customer: null, status: null, type: null, currency: null, expiresLte: null };

type Account = {
  readonly customer: string;
  readonly events: readonly CreditEvent[];
  readonly state: CreditState;
};

/** The same commands for another customer: random ones are all of the one customer of the examples. */
function retold(commands: readonly CreditCommand[], n: number): Account {
  const named = (id: string) => v5(`${id} ${n}`, v5.URL);
  const customer = required(parseCustomerId(`cus_${named('customer')}`));
  const own = (id: string) => required(parseCreditId(`crd_${named(id)}`));
  const steps = playCredit(
    commands.map((command): CreditCommand => {
      switch (command.type) {
        case 'GrantCredit': {
          const { details } = command;
          return {
            ...command,
            details: { ...details, customerId: customer, creditId: own(details.creditId) },
          };
        }
        case 'HoldCredit':
        case 'SpendCredit':
          return { ...command, from: command.from?.map(own) ?? null };
        case 'ExpireGrant':
        case 'RevokeCredit':
          return { ...command, creditId: own(command.creditId) };
        default:
          return command;
      }
    }),
  );
  return { customer, events: eventsOf(steps), state: steps.at(-1)?.after ?? { status: 'absent' } };
}

const accounts = fc.array(creditCommands, { minLength: 1, maxLength: 8 }).map((all) => all.map(retold));

const metadata: EventMetadata = {
  ...{ commandId: '4b7f8f0e-7a7d-4a39-9d52-51e2cbb2f3f1', correlationId: 'c', causationId: 'c' },
  ...{ actor: { kind: 'system', id: 'test' }, reason: null },
};

/** All accounts in one log, taking turns. */
function logOf(all: readonly Account[]): readonly RecordedEvent[] {
  return all
    .flatMap(({ customer, events }) =>
      events.map((event, index) => ({
        id: eventIdOf(customer, index),
        ...creditCodec.encode(event),
        metadata,
        stream: `creditAccount-${customer}` as const,
        revision: BigInt(index),
        position: 0n,
        recordedAt: at,
      })),
    )
    .sort((a, b) => Number(a.revision - b.revision))
    .map((event, index) => ({ ...event, position: BigInt(index + 1) }));
}

function grantsIn({ state }: Account): readonly Grant[] {
  return state.status === 'absent' ? [] : [...valuesOf(state.grants)];
}

/** What the list must show of a grant, written down a second time. */
function rowOf(grant: Grant): CreditRow {
  const { details, totals, createdAt, updatedAt, expiresAt } = grant;
  return {
    id: details.creditId,
    customer_id: details.customerId,
    amount: details.amount.minor,
    currency: details.amount.currency,
    type: details.grantType,
    paid: isPaid(details.grantType),
    source: details.source,
    description: details.description,
    priority: details.priority,
    status: statusOf(grant),
    remaining_amount: remaining(totals).minor,
    held_amount: onHold(totals).minor,
    fully_used: totals.spent.minor - totals.restored.minor === details.amount.minor,
    expires_at: expiresAt,
    late_return: details.lateReturn.policy,
    late_return_days: details.lateReturn.policy === 'extension' ? details.lateReturn.days : null,
    granted_by: details.grantedBy,
    metadata: details.metadata,
    created_at: createdAt,
    updated_at: updatedAt,
  };
}

const types: Readonly<Record<CreditEvent['type'], string>> = {
  CreditGranted: 'granted',
  CreditHeld: 'held',
  CreditHoldReleased: 'released',
  CreditSpent: 'spent',
  CreditRestored: 'restored',
  CreditExpired: 'expired',
  CreditExpiryExtended: 'extended',
  CreditRevoked: 'revoked',
  CreditLeftUnpaid: 'left_unpaid',
  CreditUnpaidReturned: 'unpaid_returned',
};

/** The wallet's history, newest first. */
function historyOf({ customer, events }: Account) {
  return events
    .flatMap((event, index) => {
      const parts = 'parts' in event ? event.parts : [event];
      return parts.map(({ creditId, amount }, line) => ({
        id: `${eventIdOf(customer, index)}/${line}`,
        type: types[event.type],
        credit_id: creditId,
        amount: amount.minor,
        currency: amount.currency,
        hold_id: 'holdId' in event ? event.holdId : null,
        invoice_id: 'invoiceId' in event ? event.invoiceId : null,
        created_at: event.at,
      }));
    })
    .reverse();
}

/** Every row of a list, page after page from the newest on. */
async function walk<Row extends { readonly id: string }>(
  list: (page: PageRequest) => Promise<{ readonly rows: readonly Row[]; readonly hasMore: boolean }>,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let more = true; more; ) {
    const got = await list({ ...page, startingAfter: rows.at(-1)?.id ?? null });
    rows.push(...got.rows);
    more = got.hasMore;
  }
  return rows;
}

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

async function project(all: readonly Account[], batchMax: number): Promise<void> {
  for (const { name } of projections) await bench.rows(`drop schema if exists read_${name} cascade`);
  await bench.rows('truncate counterfoil.projections, counterfoil.parked_events');
  const log = logOf(all);
  const running = await bench.start(new RecordedEventStore(log), projections, { batchMax });
  expect(await running.reached(BigInt(log.length), 20_000)).toBe(true);
  await running.stop();
  expect(await bench.rows('select projection, error from counterfoil.parked_events')).toEqual([]);
}

describe('The read models of random credit', () => {
  it('equal a fold of the log, whatever the batches were', async () => {
    await fc.assert(
      fc.asyncProperty(accounts, fc.constantFrom(2, 7, 1_000), async (all, batchMax) => {
        await project(all, batchMax);
        const queries = new PostgresCreditQueries(bench.pool);
        const byId = (a: { readonly id: string }, b: { readonly id: string }) => (a.id < b.id ? -1 : 1);
        const listed = await walk((request) => queries.list({ ...noFilter, ...request }));
        expect([...listed].sort(byId)).toEqual(all.flatMap(grantsIn).map(rowOf).sort(byId));
        for (const account of all) {
          const history = await walk((request) => queries.transactions(account.customer, request));
          expect(history).toEqual(historyOf(account));
        }
        await expectAgenda(all);
        await expectBooks(all);
      }),
      { numRuns: 6 },
    );
  });

  async function expectAgenda(all: readonly Account[]): Promise<void> {
    const items = new Map<string, string>();
    for (const entry of all.flatMap(({ events }) => events.flatMap(creditAgenda))) {
      if (entry.entry === 'promised') items.set(entry.item, entry.dueAt);
      else items.delete(entry.item);
    }
    const rows = await bench.rows('select item, due_at from read_agenda.items order by item');
    expect(rows.map(({ item, due_at: due }) => `${item} ${due}`)).toEqual(
      [...items].map(([item, due]) => `${item} ${due}`).sort(),
    );
  }

  /** What is spent on invoices, and what of it comes back, is booked by the invoices' facts. */
  async function expectBooks(all: readonly Account[]): Promise<void> {
    const owed = new Map<string, bigint>();
    for (const { events } of all) {
      for (const event of events) {
        if (event.type !== 'CreditSpent' && event.type !== 'CreditRestored') continue;
        if (event.invoiceId === null) continue;
        const sign = event.type === 'CreditSpent' ? 1n : -1n;
        const { minor, currency } = event.amount;
        owed.set(currency, (owed.get(currency) ?? 0n) + sign * minor);
      }
    }
    for (const { details, totals } of all.flatMap(grantsIn)) {
      const { currency } = details.amount;
      owed.set(currency, (owed.get(currency) ?? 0n) + remaining(totals).minor);
    }
    const rows = await bench.rows(
      `select currency, -sum(amount)::bigint as owed from read_ledger.entries where account = 'customer_credit'
       group by currency`,
    );
    const booked = new Map(rows.map(({ currency, owed: minor }) => [String(currency), minor]));
    for (const [currency, minor] of owed) expect(booked.get(currency) ?? 0n).toBe(minor);
  }
});

describe('The lists of credit', () => {
  beforeAll(async () => {
    await project(fc.sample(accounts, { numRuns: 20, seed: 7 }).flat().slice(0, 1), 100);
    await bench.rows(`insert into read_credits.account_credits (id, customer_id, amount, currency, type, paid, priority,
        expires_at, late_return, granted_by, metadata, held, released, spent, restored, expired, revoked, voided,
        created_at, updated_at)
      select 'crd_' || n, 'cus_' || n % 1000, 100, (array['USD', 'EUR'])[n % 2 + 1], 'goodwill', false, 1,
        case n % 3 when 0 then timestamptz '2027-01-01' + n * interval '1 minute' end, 'breakage', 'system:test', '{}',
        n % 101, 0, n % 101, 0, 0, 0, false, timestamptz '2026-01-01' + n * interval '1 minute', now()
      from generate_series(1, 50000) n`);
    await bench.rows(`insert into read_credits.wallet_transactions (event_id, line, position, customer_id, type,
        credit_id, amount, currency, created_at)
      select gen_random_uuid(), 0, 1000 + n, 'cus_' || n % 1000, 'spent', 'crd_' || n, n, 'USD', now()
      from generate_series(1, 50000) n`);
    await bench.rows('analyze read_credits.account_credits, read_credits.wallet_transactions');
  });

  it('filter by customer, status, type, currency and expiry', async () => {
    const queries = new PostgresCreditQueries(bench.pool);
    const of = (filter: Partial<Parameters<typeof queries.list>[0]>) =>
      walk((request) => queries.list({ ...noFilter, customer: 'cus_5', ...filter, ...request }));
    const all = await of({});
    expect(all).toHaveLength(50);
    for (const status of ['active', 'exhausted'] as const) {
      expect(await of({ status })).toEqual(all.filter((row) => row.status === status));
    }
    expect(await of({ currency: 'USD' })).toEqual(all.filter(({ currency }) => currency === 'USD'));
    expect(await of({ type: 'prepaid' })).toEqual([]);
    const until = required(parseInstant('2027-01-10T00:00:00.000Z'));
    const expiring = all.filter(({ expires_at: expiry }) => expiry !== null && expiry <= until);
    expect(expiring.length).toBeGreaterThan(1);
    expect(await of({ expiresLte: until })).toEqual(expiring);
    expect(await queries.findCustomer('crd_7')).toBe('cus_7');
    expect(await queries.findCustomer('crd_none')).toBeUndefined();
    const nowhere = { ...page, startingAfter: 'no id of ours' };
    await expect(queries.transactions('cus_5', nowhere)).rejects.toThrow('starting_after names nothing');
    const theirs = (await queries.transactions('cus_6', page)).rows[0]?.id ?? '';
    const after = { ...page, startingAfter: theirs };
    expect((await queries.transactions('cus_6', after)).rows).not.toEqual([]);
    await expect(queries.transactions('cus_5', after)).rejects.toThrow('starting_after names nothing');
  });

  it('never scan a whole table', async () => {
    const plans: string[] = [];
    /** Answers the plan of each query instead of its rows. */
    const explaining = {
      async query(text: string, values: unknown[]) {
        const { rows } = await bench.pool.query<{ 'QUERY PLAN': unknown }>(
          `explain (format json) ${text}`,
          values,
        );
        plans.push(JSON.stringify(rows));
        // One row: an empty page would be followed by a look for its cursor.
        return { rows: [{}] };
      },
    } as unknown as pg.Pool;
    const queries = new PostgresCreditQueries(explaining);
    for (const request of [
      page,
      { ...page, startingAfter: 'crd_100' },
      { ...page, endingBefore: 'crd_100' },
    ]) {
      const all = { ...noFilter, ...request };
      await queries.list(all);
      await queries.list({ ...all, customer: 'cus_5' });
      await queries.list({ ...all, status: 'expired' });
      await queries.list({ ...all, customer: 'cus_5', currency: 'USD', status: 'active' });
    }
    await queries.findCustomer('crd_7');
    await queries.transactions('cus_5', page);
    await queries.transactions('cus_5', { ...page, startingAfter: `${eventIdOf('x', 1)}/0` });
    // The last one is asked whether its cursor is of this customer.
    expect(plans).toHaveLength(16);
    for (const plan of plans) {
      expect(plan).toContain('Index');
      expect(plan).not.toContain('Seq Scan');
    }
  });
});
