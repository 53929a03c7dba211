import type { Bench } from './bench.js';
import { checkpoint, withClient } from './bench-cluster.js';
import { startChild } from './child.js';
import type { LoadPlan, LoadReport } from './load-plan.js';
import { startProduct } from './product-process.js';
import { coldNote, inTurn, median, warmUp } from './rounds.js';

const connections = 32;
/** The size at which the floor is fastest on two cores; more clients only crowd the server. */
const floorPoolSize = 16;

const floorTables = `
  create schema floor;
  create table floor.requests (id text primary key, key text not null unique, body text not null);
  create table floor.answers (id text primary key, intent text not null, status text not null, answer text not null);`;

const body = JSON.stringify({
  amount: 5_000,
  currency: 'USD',
  payment_method: 'pm_card_visa',
  confirm: true,
  description: 'Order 1001',
  metadata: { cart: '77' },
});

/** A confirmed payment, from the request to the answer that it succeeded. */
export const paymentsBench: Bench = {
  name: 'payments',
  async run({ cluster, effort, sendLoad }) {
    const databaseUrl = await cluster.createDatabase('bench_payments');
    await withClient(databaseUrl, (client) => client.query(floorTables));
    const simulator = await startChild<{ url: string }>('simulator-process', {});
    const simulatorUrl = simulator.ready.url;
    const floor = await startChild<{ port: number }>('floor-payments-server', {
      DATABASE_URL: databaseUrl,
      STRIPE_API_BASE: simulatorUrl,
      POOL_SIZE: String(floorPoolSize),
    });
    const product = await startProduct({ databaseUrl, simulatorUrl });
    const { apiKey } = product.ready;
    const reports: LoadReport[] = [];
    const load = (port: number, requests: number): Promise<LoadReport> => {
      const content: LoadPlan['content'] = { kind: 'payment', apiKey, body };
      return sendLoad({ port, connections, requests, expectedStatus: 201, content });
    };
    const { requests, warmUps, rounds } = effort.quick
      ? { requests: 400, warmUps: 1, rounds: effort.rounds }
      : { requests: 2_000, warmUps: 4, rounds: 15 };
    try {
      const loadFloor = () => load(floor.ready.port, requests);
      const loadProduct = () => load(product.ready.port, requests);
      const cold = await warmUp(warmUps, loadFloor, loadProduct);
      await product.quiet();
      await checkpoint(databaseUrl);
      const values = await inTurn(
        { ...effort, rounds },
        async () => (await loadFloor()).perSecond,
        async () => {
          const report = await loadProduct();
          reports.push(report);
          await product.quiet();
          await checkpoint(databaseUrl);
          return report.perSecond;
        },
      );
      const figure = {
        path: 'POST /v1/payments, confirmed, 32 connections',
        unit: 'payments/s',
        floorName: "by hand in node:http: durable insert, the SDK's call, durable insert",
        ...values,
        target: { kind: 'at_least', ratio: 0.6 },
      } as const;
      return { figures: [figure], notes: [notes(reports), coldNote('payments', requests, cold)] };
    } finally {
      await product.stop();
      await floor.stop();
      await simulator.stop();
    }
  },
};

function notes(reports: readonly LoadReport[]): string {
  const middle = median(reports.map(({ medianMs }) => medianMs));
  const slowest = median(reports.map(({ p99Ms }) => p99Ms));
  return (
    `Counterfoil answers a payment in ${middle.toFixed(0)} ms (99%: ${slowest.toFixed(0)} ms); the read models ` +
    'and the ledger follow within the same process. The simulator runs beside both, in memory, on the same cores.'
  );
}
