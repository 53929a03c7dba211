import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import type { PageRequest } from '../../../src/application/ports/read-models.js';
import { anyTime, firstPage, UnknownCursor } from '../../../src/application/ports/read-models.js';
import type { CivilDate } from '../../../src/domain/shared/civil-date.js';
import type { Instant } from '../../../src/domain/shared/instant.js';
import { PostgresAccessLog } from '../../../src/infrastructure/postgres/access-log.js';
import { PostgresApiKeys } from '../../../src/infrastructure/postgres/api-keys.js';
import { PostgresHealthHistory } from '../../../src/infrastructure/postgres/health-history.js';
import { PostgresInboundWebhooks } from '../../../src/infrastructure/postgres/inbound-webhooks.js';
import { PostgresIntegrityChecks } from '../../../src/infrastructure/postgres/integrity-checks.js';
import { PostgresNotifications } from '../../../src/infrastructure/postgres/notifications.js';
import { PostgresUserAccounts } from '../../../src/infrastructure/postgres/user-accounts.js';
import { PostgresAlertQueries } from '../../../src/infrastructure/read-models/alerts.js';
import { PostgresCollectionQueries } from '../../../src/infrastructure/read-models/collections.js';
import { PostgresCreditQueries } from '../../../src/infrastructure/read-models/credits.js';
import { PostgresCustomerQueries } from '../../../src/infrastructure/read-models/customers.js';
import { PostgresDisputeQueries } from '../../../src/infrastructure/read-models/disputes.js';
import { PostgresInvoiceTemplateQueries } from '../../../src/infrastructure/read-models/invoice-templates.js';
import {
  PostgresCreditNoteQueries,
  PostgresInvoiceQueries,
} from '../../../src/infrastructure/read-models/invoices.js';
import { PostgresLedgerQueries } from '../../../src/infrastructure/read-models/ledger.js';
import { PostgresLimitQueries } from '../../../src/infrastructure/read-models/limits.js';
import { PostgresManualPaymentQueries } from '../../../src/infrastructure/read-models/manual-payments.js';
import { PostgresOrderQueries } from '../../../src/infrastructure/read-models/orders.js';
import { PostgresPaymentQueries } from '../../../src/infrastructure/read-models/payments.js';
import { PostgresPlanQueries } from '../../../src/infrastructure/read-models/plans.js';
import { projections } from '../../../src/infrastructure/read-models/read-models.js';
import { PostgresRefundQueries } from '../../../src/infrastructure/read-models/refunds.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { silentLogger } from '../../support/postgres.js';
import { startServer } from '../../unit/http/running-server.js';
import type { Bench } from '../projections/support.js';
import { openBench } from '../projections/support.js';
import { fill } from './filled-tables.js';

/** `npm run list-plans` asks for a million rows in each table. */
const rows = Number(process.env['LIST_ROWS'] ?? 10_000);

const nobody = { customer: null, invoice: null, order: null, status: null };
const recently = { createdGte: new Date(Date.now() - 86_400_000).toISOString() as Instant };
const oneOf = (...values: readonly string[]) =>
  `(array[${values.map((value) => `'${value}'`).join(', ')}])[n % ${values.length} + 1]`;
const day = '2026-01-31' as CivilDate;

type Filter = Readonly<Record<string, unknown>>;
type List = {
  /** What SQL puts into single columns of its tables; all else follows from their names and types. */
  readonly tables: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** An id in the middle of the list. */
  readonly cursor: string;
  /** By the parameter of the API, or `console: ...` for what only a page asks. */
  readonly filters: Readonly<Record<string, Filter>>;
  run(pool: pg.Pool, page: PageRequest, filter: Filter): Promise<unknown>;
};

/** One reading of the query parameters for all: what is not asked for is null. */
const asked = <T>(page: PageRequest, base: object, filter: Filter): T =>
  ({ ...page, ...base, ...filter }) as T;

const anyDispute = {
  ...{ ...anyTime, status: null, customer: null, payment: null, currency: null },
  ...{ awaitsEvidence: null, evidenceDueGte: null, evidenceDueLt: null },
};
const middle = Math.floor(rows / 2);
const created = {
  'created_at[gte]': recently,
  'created_at[gt]': { createdGt: recently.createdGte },
  'created_at[lte]': { createdLte: recently.createdGte },
  'created_at[lt]': { createdLt: recently.createdGte },
};

const lists: Readonly<Record<string, List>> = {
  '/v1/payments': {
    tables: {
      'read_payments.payments': {
        id: "'pay_' || n",
        step: oneOf('captured', 'captured', 'failed', 'authorized', 'canceled'),
        canceling: 'false',
        amount_refunded: '0',
        // Few, so that the list of them is not the list of all.
        last_refusal: "case when n % 2000 = 0 then '{}'::jsonb end",
      },
    },
    cursor: `pay_${middle}`,
    filters: {
      ...created,
      status: { status: 'failed' },
      customer: { customer: 'cus_5' },
      order: { order: 'ord_5' },
      currency: { currency: 'USD' },
      'console: stuck': { stuckAt: recently.createdGte },
      'console: declined': { declined: true },
    },
    run: (pool, page, filter) =>
      new PostgresPaymentQueries(pool).list(asked(page, { ...anyTime, ...nobody, currency: null }, filter)),
  },
  '/v1/refunds': {
    tables: {
      'read_refunds.refunds': {
        id: "'re_' || n",
        status: "case when n % 1000 = 0 then 'requires_approval' else 'succeeded' end",
      },
    },
    cursor: `re_${middle}`,
    filters: { ...created, status: { status: 'requires_approval' }, payment: { payment: 'pay_5' } },
    run: (pool, page, filter) =>
      new PostgresRefundQueries(pool).list(asked(page, { ...anyTime, payment: null, status: null }, filter)),
  },
  '/v1/disputes': {
    tables: {
      'read_disputes.disputes': {
        id: "'dp_' || n",
        stage: oneOf('dispute', 'dispute', 'dispute', 'inquiry'),
        answered: 'n % 2 = 0',
        outcome: "case when n % 500 <> 0 then (array['won', 'lost', 'lost'])[n % 3 + 1] end",
        evidence_due_by: "now() - n * interval '1 minute' + interval '14 days'",
      },
    },
    cursor: `dp_${middle}`,
    filters: {
      ...created,
      status: { status: 'needs_response' },
      customer: { customer: 'cus_5' },
      payment: { payment: 'pay_5' },
      currency: { currency: 'EUR' },
      awaits_evidence: { awaitsEvidence: true },
      'evidence_due_by[gte]': { evidenceDueGte: recently.createdGte },
      'evidence_due_by[lt]': { evidenceDueLt: recently.createdGte },
      'console: due of those that wait': { awaitsEvidence: true, evidenceDueLt: recently.createdGte },
    },
    run: (pool, page, filter) => new PostgresDisputeQueries(pool).list(asked(page, anyDispute, filter)),
  },
  '/v1/customers': {
    tables: {
      'read_customers.customers': { id: "'cus_' || n", profile: 'md5(n::text)::uuid' },
      'read_customers.payment_methods': {},
      'counterfoil.customer_profiles': {
        record_id: 'md5(n::text)::uuid',
        email: "'someone' || n || '@example.com'",
      },
    },
    cursor: `cus_${middle}`,
    filters: { ...created, email: { email: 'Someone7@Example.com' } },
    run: (pool, page, filter) =>
      new PostgresCustomerQueries(pool).list(asked(page, { ...anyTime, email: null }, filter)),
  },
  '/v1/credits': {
    tables: {
      'read_credits.account_credits': {
        id: "'cr_' || n",
        amount: '1000',
        ...Object.fromEntries(
          ['held', 'released', 'spent', 'restored', 'expired', 'revoked'].map((name) => [name, '0']),
        ),
        type: oneOf('goodwill', 'promotional', 'prepaid'),
      },
    },
    cursor: `cr_${middle}`,
    filters: {
      ...created,
      customer: { customer: 'cus_5' },
      status: { status: 'active' },
      type: { type: 'goodwill' },
      currency: { currency: 'USD' },
      'expires_at[lte]': { expiresLte: '2020-01-01T00:00:00.000Z' },
    },
    run: (pool, page, filter) =>
      new PostgresCreditQueries(pool).list(
        asked(
          page,
          { ...anyTime, customer: null, status: null, type: null, currency: null, expiresLte: null },
          filter,
        ),
      ),
  },
  '/v1/customers/:id/wallet/transactions': {
    tables: {
      'read_credits.wallet_transactions': {
        position: `${rows} - n`,
        line: '0',
        type: oneOf('granted', 'spent'),
      },
    },
    cursor: '',
    filters: {},
    run: (pool, page) => new PostgresCreditQueries(pool).transactions('cus_5', page),
  },
  '/v1/invoices': {
    tables: {
      'read_invoices.invoices': {
        id: "'inv_' || n",
        status: "case when n % 20 = 0 then 'open' else 'paid' end",
        number: "'INV-2026-' || lpad(n::text, 8, '0')",
      },
    },
    cursor: `inv_${middle}`,
    filters: {
      ...created,
      status: { status: 'open' },
      customer: { customer: 'cus_5' },
      order: { order: 'ord_5' },
      number: { number: 'INV-2026-0000010' },
      'due_on[gte]': { dueGte: day },
      'due_on[lte]': { dueLte: day },
    },
    run: (pool, page, filter) =>
      new PostgresInvoiceQueries(pool).list(
        asked(page, { ...anyTime, ...nobody, number: null, dueGte: null, dueLte: null }, filter),
      ),
  },
  '/v1/credit_notes': {
    tables: { 'read_invoices.credit_notes': { id: "'cn_' || n" } },
    cursor: `cn_${middle}`,
    filters: { ...created, invoice: { invoice: 'inv_5' }, customer: { customer: 'cus_5' } },
    run: (pool, page, filter) =>
      new PostgresCreditNoteQueries(pool).list(asked(page, { ...anyTime, ...nobody }, filter)),
  },
  '/v1/payment_plans': {
    tables: {
      'read_plans.plans': {
        id: "'plan_' || n",
        completed: 'n % 3 = 0',
        defaulted: 'n % 7 = 0',
        canceled: 'n % 11 = 0',
      },
    },
    cursor: `plan_${middle}`,
    filters: {
      ...created,
      status: { status: 'defaulted' },
      customer: { customer: 'cus_5' },
      order: { order: 'ord_5' },
      invoice: { invoice: 'inv_5' },
    },
    run: (pool, page, filter) =>
      new PostgresPlanQueries(pool).list(asked(page, { ...anyTime, ...nobody }, filter)),
  },
  '/v1/orders': {
    tables: { 'read_orders.orders': { id: "'ord_' || n", step: oneOf('completed', 'review', 'canceled') } },
    cursor: `ord_${middle}`,
    filters: { ...created, status: { status: 'review' }, customer: { customer: 'cus_5' } },
    run: (pool, page, filter) =>
      new PostgresOrderQueries(pool).list(asked(page, { ...anyTime, ...nobody }, filter)),
  },
  '/v1/manual_payments': {
    tables: {
      'read_manual_payments.manual_payments': {
        id: "'mp_' || n",
        status: oneOf('verified', 'verified', 'verified', 'recorded'),
      },
    },
    cursor: `mp_${middle}`,
    filters: {
      ...created,
      status: { status: 'recorded' },
      customer: { customer: 'cus_5' },
      invoice: { invoice: 'inv_5' },
      reference: { reference: 'reference_5' },
    },
    run: (pool, page, filter) =>
      new PostgresManualPaymentQueries(pool).list(
        asked(page, { ...anyTime, ...nobody, reference: null }, filter),
      ),
  },
  '/v1/collections': {
    tables: {
      'read_collections.collections': {
        id: "'col_' || n",
        status: "case when n % 200 = 0 then 'processing' else 'succeeded' end",
      },
    },
    cursor: `col_${middle}`,
    filters: {
      ...created,
      invoice: { invoice: 'inv_5' },
      customer: { customer: 'cus_5' },
      status: { status: 'processing' },
    },
    run: (pool, page, filter) =>
      new PostgresCollectionQueries(pool).list(asked(page, { ...anyTime, ...nobody }, filter)),
  },
  '/v1/alerts': {
    tables: {
      'read_alerts.alerts': {
        id: "'alr_' || n",
        rule: oneOf('stuck_payments', 'payment_success', 'no_payments'),
        status: "case when n % 1000 = 0 then 'open' else 'closed' end",
      },
    },
    cursor: `alr_${middle}`,
    filters: { status: { status: 'open' }, rule: { rule: 'stuck_payments' } },
    run: (pool, page, filter) =>
      new PostgresAlertQueries(pool).list(asked(page, { status: null, rule: null }, filter)),
  },
  '/v1/limits': {
    tables: { 'read_limits.limits': { id: "'lim_' || n" } },
    cursor: `lim_${middle}`,
    filters: {},
    run: (pool, page) => new PostgresLimitQueries(pool).list(new Date().toISOString() as Instant, page),
  },
  '/v1/invoice_templates': {
    tables: { 'read_invoice_templates.invoice_templates': { id: "'itpl_' || n" } },
    cursor: `itpl_${middle}`,
    filters: {},
    run: (pool, page) => new PostgresInvoiceTemplateQueries(pool).list(page),
  },
  '/v1/ledger/accounts/:id/entries': {
    tables: {
      'read_ledger.journals': { event_id: 'md5(n::text)::uuid', position: 'n' },
      'read_ledger.entries': { event_id: 'md5(n::text)::uuid', position: 'n', line: '0', amount: '1' },
    },
    cursor: '',
    filters: {},
    run: (pool, page) => new PostgresLedgerQueries(pool).entries('revenue', page),
  },
  '/v1/notifications': {
    tables: {
      'counterfoil.notifications': {
        id: "'ntf_' || n",
        state: "'state_' || n",
        status: "case when n % 500 = 0 then 'parked' else 'sent' end",
      },
    },
    cursor: `ntf_${middle}`,
    filters: {
      ...created,
      customer: { customer: 'cus_5' },
      kind: { kind: 'receipt' },
      status: { status: 'parked' },
      subject: { subject: 'subject_5' },
    },
    run: (pool, page, filter) =>
      new PostgresNotifications(pool).list(
        asked(page, { ...anyTime, customer: null, kind: null, status: null, subject: null }, filter),
      ),
  },
  '/v1/inbound_webhooks': {
    tables: {
      'counterfoil.inbound_webhooks': {
        id: "'evt_' || n",
        type: oneOf('payment_intent.succeeded', 'charge.succeeded', 'charge.refunded'),
        status: "case when n % 500 = 0 then 'parked' else 'processed' end",
        next_attempt_at: 'null',
        leased_until: 'null',
      },
    },
    cursor: `evt_${middle}`,
    filters: { status: { status: 'parked' }, type: { type: 'charge.refunded' } },
    run: (pool, page, filter) =>
      new PostgresInboundWebhooks(pool).list(asked(page, { status: null, type: null }, filter)),
  },
  '/v1/health_checks': {
    tables: { 'counterfoil.health_history': {} },
    cursor: `${middle}`,
    filters: { healthy: { healthy: false } },
    run: (pool, page, filter) => new PostgresHealthHistory(pool).list(asked(page, { healthy: null }, filter)),
  },
  '/v1/api_keys': {
    tables: { 'counterfoil.api_keys': { id: "'key_' || n" } },
    cursor: `key_${middle}`,
    filters: {},
    run: (pool, page) => new PostgresApiKeys(pool).list(page),
  },
  '/v1/users': {
    tables: { 'counterfoil.users': { id: "'usr_' || n" } },
    cursor: `usr_${middle}`,
    filters: {},
    run: (pool, page) => new PostgresUserAccounts(pool).list(page),
  },
  '/v1/audit/integrity_checks': {
    tables: { 'counterfoil.integrity_checks': { id: "'chk_' || n" } },
    cursor: `chk_${middle}`,
    filters: {},
    run: (pool, page) => new PostgresIntegrityChecks(pool).list(page),
  },
  '/v1/audit/log': {
    tables: { 'counterfoil.access_log': { id: 'md5(n::text)::uuid' } },
    // md5('7')
    cursor: '8f14e45f-ceea-167a-5a36-dedd4bea2543',
    filters: { user: { user: 'usr_7' } },
    run: (pool, page, filter) =>
      new PostgresAccessLog(pool, silentLogger).list(asked(page, { user: null }, filter)),
  },
};

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
  await bench.start(new InMemoryEventStore(), projections);
  for (const { tables } of Object.values(lists))
    for (const [table, own] of Object.entries(tables)) await fill(bench.pool, table, rows, own);
}, 3_600_000);
afterAll(() => bench?.close());

type Plan = {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
};

/** Every step of it, such as what reads rows of a table or puts them in order. */
function nodesOf(plan: Plan): readonly Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

/** Many times a page, and the same for tables of any size: what is refused now grows with the table. */
const readAtMost = 2_000;

/** How many rows a node looked at, whether or not they passed its filter. */
function readBy(node: Plan): number {
  return node['Actual Loops'] * (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0));
}

function faultsOf(plan: Plan): readonly string[] {
  return nodesOf(plan).flatMap((node) => {
    const faults: string[] = [];
    if (node['Node Type'].includes('Seq Scan')) faults.push(`scans ${node['Relation Name']}`);
    if (readBy(node) > readAtMost) faults.push(`reads ${readBy(node)} rows by ${node['Node Type']}`);
    return faults;
  });
}

/** Answers no row for any query, after its plan has been looked at as it was carried out. */
function explaining(found: string[], looked: number[]): pg.Pool {
  return {
    async query(text: string, values: unknown[]) {
      const { rows: plans } = await bench.pool.query<{ 'QUERY PLAN': readonly { readonly Plan: Plan }[] }>(
        `explain (analyze, timing off, format json) ${text}`,
        values,
      );
      const plan = plans[0]?.['QUERY PLAN'][0]?.Plan;
      if (plan === undefined) throw new Error('there is no plan');
      found.push(...faultsOf(plan));
      looked.push(nodesOf(plan).reduce((most, node) => Math.max(most, readBy(node)), 0));
      return { rows: [] };
    },
  } as unknown as pg.Pool;
}

describe(`with ${rows.toLocaleString('en-US')} rows in each table`, () => {
  it.each(Object.keys(lists))(
    'no page of %s reads or sorts a whole table',
    async (name) => {
      const { filters, run, cursor } = lists[name] as List;
      const first = firstPage(100);
      const pages = [first, { ...first, startingAfter: cursor }, { ...first, endingBefore: cursor }];
      const faults: string[] = [];
      const looks: Record<string, number> = {};
      for (const page of cursor === '' ? [first] : pages) {
        for (const [asks, filter] of Object.entries({ nothing: {}, ...filters })) {
          const found: string[] = [];
          const looked: number[] = [];
          await run(explaining(found, looked), page, filter).catch((error: unknown) => {
            // An empty page looks for its cursor, and finds it as little.
            if (!(error instanceof UnknownCursor)) throw error;
          });
          const at = page === first ? 'first page' : 'a page in the middle';
          looks[asks] = Math.max(looks[asks] ?? 0, ...looked);
          faults.push(...found.map((fault) => `${asks}, ${at}: ${fault}`));
        }
      }
      if (process.env['LIST_ROWS'] !== undefined)
        process.stdout.write(`${name} read at most ${JSON.stringify(looks)}\n`);
      expect(faults).toEqual([]);
    },
    600_000,
  );

  it('no look-up by the id of another system scans a whole table', async () => {
    const found: string[] = [];
    await new PostgresPaymentQueries(explaining(found, [])).findByIntent('payment_intent_7');
    await new PostgresRefundQueries(explaining(found, [])).findPayment('re_7');
    await new PostgresDisputeQueries(explaining(found, [])).find('dp_7');
    expect(found).toEqual([]);
  });
});

describe('the lists above', () => {
  it('are those of the API, with every filter', async () => {
    const app = await startServer();
    try {
      const { body } = await app.as(null).get('/openapi.json');
      const paths = body['paths'] as Record<
        string,
        { get?: { parameters?: readonly { name: string; in: string }[] } }
      >;
      const offered: Record<string, readonly string[]> = {};
      for (const [path, { get }] of Object.entries(paths)) {
        const names = (get?.parameters ?? []).filter((each) => each.in === 'query').map(({ name }) => name);
        if (!names.includes('starting_after')) continue;
        const beside = ['starting_after', 'ending_before', 'limit', 'expand[]'];
        offered[path.replaceAll(/\{(\w+)\}/g, ':$1')] = names.filter((each) => !beside.includes(each)).sort();
      }
      const held = Object.entries(lists)
        .filter(([name]) => name.startsWith('/'))
        .map(([name, { filters }]) => [
          name,
          Object.keys(filters)
            .filter((each) => !each.startsWith('console'))
            .sort(),
        ]);
      expect(Object.fromEntries(held)).toEqual(offered);
    } finally {
      await app.stop();
    }
  });
});
