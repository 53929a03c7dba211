import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, BenchContext, BenchResult, Figure } from './bench.js';
import { withClient } from './bench-cluster.js';
import { paymentIdOf, writePaymentHistories } from './bulk-history.js';
import type { Child } from './child.js';
import { startChild } from './child.js';
import type { Fetched } from './first-byte.js';
import { fetchPage } from './first-byte.js';
import type { Visitor } from './page-visitor.js';
import { visitorOf } from './page-visitor.js';
import { startProduct } from './product-process.js';
import type { ProductReady } from './product-server.js';
import { rounded } from './report.js';
import { median } from './rounds.js';
import { untilCaughtUp } from './until-caught-up.js';

const few = 100;
/** So many are the signed-in customer's, each with a mail that is made after it; the others are nobody's. */
const ofCustomerMax = 400;
const spanSeconds = 30 * 86_400;
/** The overview's figures are shared by all who look within a second, and what is wanted is what they cost. */
const sharedForMs = 1_100;

/** Every page that lists or sums something, by a path that is the same for both or comes from what was made. */
const pages: readonly (string | ((visitor: Visitor, payments: number) => string))[] = [
  '/admin',
  '/admin/payments',
  '/admin/payments?status=succeeded',
  '/admin/payments?declined=yes',
  '/admin/payments?stuck=yes',
  '/admin/payments?currency=USD',
  ({ customer }) => `/admin/payments?customer=${customer}`,
  (_visitor, payments) => `/admin/payments?starting_after=${paymentIdOf(Math.floor(payments / 2))}`,
  (_visitor, payments) => `/admin/payments/${paymentIdOf(Math.floor(payments / 2))}`,
  '/admin/search?q=10.03',
  '/admin/search?q=INV-',
  ({ customer }) => `/admin/customers/${customer}`,
  ({ customer }) => `/admin/customers/${customer}/statement`,
  '/admin/customers',
  '/admin/refunds',
  '/admin/disputes',
  '/admin/manual-payments',
  '/admin/invoices',
  ({ paths }) => paths.invoice,
  '/admin/credit-notes',
  '/admin/plans',
  ({ paths }) => paths.plan,
  '/admin/credits',
  ({ paths }) => paths.credit,
  '/admin/orders',
  ({ paths }) => paths.order,
  '/admin/aging',
  '/admin/promises',
  '/admin/alerts',
  '/admin/notifications',
  '/admin/api-keys',
  '/admin/users',
  '/admin/webhooks',
  '/admin/operations',
  '/admin/health',
  '/admin/limits',
  '/admin/audit',
  '/admin/audit?type=PaymentCaptured',
  (_visitor, payments) => `/admin/audit/state?stream=payment-${paymentIdOf(Math.floor(payments / 2))}&at=2`,
  '/admin/audit/trial-balance',
  '/admin/audit/access',
  '/admin/audit/integrity',
  '/admin/audit/export',
  '/admin/ledger',
  '/admin/ledger?account=processor_balance',
  '/portal',
  '/portal/invoices',
  '/portal/payments',
  '/portal/statement',
  '/portal/methods',
  '/portal/plans',
  '/portal/credits',
  '/portal/details',
  ({ paths }) => paths.pay,
];

/** The same pages of a program that holds a hundred thousand payments, and of one that holds a hundred. */
export const pagesBench: Bench = {
  name: 'pages',
  async run(context) {
    const simulator = await startChild<{ url: string }>('simulator-process', {});
    try {
      const filled: Filled[] = [];
      try {
        for (const payments of [few, context.effort.quick ? 1_000 : 100_000])
          filled.push(await fill(context, payments, simulator.ready.url));
        return await compare(context, filled);
      } finally {
        for (const { product } of filled) await product.stop();
      }
    } finally {
      await simulator.stop();
    }
  },
};

type Filled = {
  readonly payments: number;
  readonly product: Child<ProductReady>;
  readonly visitor: Visitor;
};

/** A program with so many payments in the last 30 days. */
async function fill({ cluster, say }: BenchContext, payments: number, simulatorUrl: string): Promise<Filled> {
  const databaseUrl = await cluster.createDatabase(`bench_pages_${payments}`);
  const product = await startProduct({ databaseUrl, simulatorUrl, withConsole: true });
  const visitor = await visitorOf(product.ready);
  await product.quiet();
  const startedAt = performance.now();
  const { customer: customerId } = visitor;
  const firstAt = new Date(Date.now() - spanSeconds * 1_000).toISOString();
  const everySeconds = spanSeconds / payments;
  const customerEvery = Math.max(1, Math.floor(payments / ofCustomerMax));
  await writePaymentHistories(databaseUrl, payments, {
    ...{ customerId, customerEvery, firstAt, everySeconds },
    // A search for one of them finds as many as it shows, in both.
    amounts: 4,
  });
  await untilCaughtUp(databaseUrl);
  // Autovacuum would do it within minutes, and somewhere in the middle of what is measured.
  await withClient(databaseUrl, (client) => client.query('vacuum analyze'));
  await product.quiet();
  say(`pages: ${payments} payments in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  return { payments, product, visitor };
}

type Compared = { readonly page: string; readonly few: Measured; readonly many: Measured };
type Measured = { readonly firstByteMs: readonly number[]; readonly bytes: number };

async function compare(context: BenchContext, [less, more]: readonly Filled[]): Promise<BenchResult> {
  if (less === undefined || more === undefined) throw new Error('there is nothing to compare');
  const compared: Compared[] = [];
  for (const page of pages) compared.push(await compareOne(context, page, less, more));
  const timeOf = ({ few: floor, many }: Compared) => median(many.firstByteMs) / median(floor.firstByteMs);
  const bytesOf = ({ few: floor, many }: Compared) => many.bytes / floor.bytes;
  const shown = more.payments.toLocaleString('en-US');
  const floorName = `the same page with ${few} payments`;
  const [slowest, longest] = [worst(compared, timeOf), worst(compared, bytesOf)];
  const figures: readonly Figure[] = [
    {
      path: `first byte of a page with ${shown} payments, the worst: ${slowest.page}`,
      ...{ unit: 'ms', floorName, floor: slowest.few.firstByteMs, product: slowest.many.firstByteMs },
      target: { kind: 'at_most', ratio: 2 },
    },
    {
      path: `bytes of a page with ${shown} payments, the worst: ${longest.page}`,
      ...{ unit: 'bytes', floorName, floor: [longest.few.bytes], product: [longest.many.bytes] },
      target: { kind: 'at_most', ratio: 1.2 },
    },
  ];
  const rows = compared.map((each) => [
    `\`${each.page}\``,
    `${rounded(median(each.few.firstByteMs))} ms`,
    `${rounded(median(each.many.firstByteMs))} ms`,
    `${timeOf(each).toFixed(2)}x`,
    rounded(each.few.bytes),
    rounded(each.many.bytes),
    `${bytesOf(each).toFixed(2)}x`,
  ]);
  const heading = ['Page', `First byte, ${few}`, shown, 'Ratio', `Bytes, ${few}`, shown, 'Ratio'];
  const title = `Every page that lists or sums something, with ${few} payments of one customer and with ${shown}, of which ${ofCustomerMax.toLocaleString('en-US')} are theirs, all within 30 days:`;
  const notes = [
    `Both of ${pages.length} pages, by their ratios; the table of all stands below. Medians of requests in turn, by a signed-in owner and customer.`,
  ];
  return { figures, notes, table: { title, heading, rows } };
}

async function compareOne(
  { effort }: BenchContext,
  page: (typeof pages)[number],
  less: Filled,
  more: Filled,
): Promise<Compared> {
  const pathOf = ({ visitor, payments }: Filled) =>
    typeof page === 'string' ? page : page(visitor, payments);
  const once = async ({ product, visitor, payments }: Filled): Promise<Fetched> => {
    const path = pathOf({ product, visitor, payments });
    if (path === '/admin') await sleep(sharedForMs);
    const fetched = await fetchPage(`http://127.0.0.1:${product.ready.port}${path}`, visitor.cookie);
    if (fetched.status !== 200) throw new Error(`GET ${path} answers ${fetched.status}`);
    return fetched;
  };
  const [few, many]: [Fetched[], Fetched[]] = [[], []];
  await once(less);
  await once(more);
  for (let round = 0; round < effort.rounds * 5; round += 1) {
    few.push(await once(less));
    many.push(await once(more));
  }
  return { page: nameOf(pathOf(more)), few: measured(few), many: measured(many) };
}

function measured(fetched: readonly Fetched[]): Measured {
  return {
    firstByteMs: fetched.map(({ firstByteMs }) => firstByteMs),
    bytes: median(fetched.map(({ bytes }) => bytes)),
  };
}

/** The path without what differs from run to run. */
function nameOf(path: string): string {
  return path
    .replace(/([/=-])(pay|cus|inv|ord|plan|crd)_[\w-]+/g, '$1:$2')
    .replace(/^\/pay\/.*/, '/pay/:token')
    .replace(/&at=\d+/, '');
}

function worst(compared: readonly Compared[], ratioOf: (compared: Compared) => number): Compared {
  const [first, ...others] = compared;
  if (first === undefined) throw new Error('no page was compared');
  return others.reduce((so, each) => (ratioOf(each) > ratioOf(so) ? each : so), first);
}
