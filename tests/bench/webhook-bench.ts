import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from './bench.js';
import { checkpoint, withClient } from './bench-cluster.js';
import { captureWebhook } from './captured-webhook.js';
import { startChild } from './child.js';
import type { LoadPlan, LoadReport } from './load-plan.js';
import { startProduct, webhookSecret } from './product-process.js';
import { coldNote, inTurn, median, warmUp } from './rounds.js';

const connections = 32;
const handledWithinMs = 60_000;

/** From the signed request to the 200; with us the webhook is durable by then. */
export const webhookBench: Bench = {
  name: 'webhook',
  async run({ cluster, effort, sendLoad }) {
    const captured = await captureWebhook();
    const databaseUrl = await cluster.createDatabase('bench_webhook');
    const simulator = await startChild<{ url: string }>('simulator-process', {});
    const floor = await startChild<{ port: number }>('floor-webhook-server', {
      WEBHOOK_SECRET: webhookSecret,
    });
    const product = await startProduct({ databaseUrl, simulatorUrl: simulator.ready.url });
    const reports: LoadReport[] = [];
    const load = (port: number, requests: number): Promise<LoadReport> => {
      const content: LoadPlan['content'] = { kind: 'webhook', secret: webhookSecret, ...captured };
      return sendLoad({ port, connections, requests, expectedStatus: 200, content });
    };
    const { requests, warmUps, rounds } = effort.quick
      ? { requests: 1_000, warmUps: 1, rounds: effort.rounds }
      : { requests: 6_000, warmUps: 3, rounds: 15 };
    try {
      const loadFloor = () => load(floor.ready.port, requests);
      const loadProduct = async (): Promise<LoadReport> => {
        const report = await load(product.ready.port, requests);
        await untilHandled(databaseUrl);
        await checkpoint(databaseUrl);
        return report;
      };
      const cold = await warmUp(warmUps, loadFloor, loadProduct);
      const values = await inTurn(
        { ...effort, rounds },
        async () => (await loadFloor()).perSecond,
        async () => {
          const report = await loadProduct();
          reports.push(report);
          return report.perSecond;
        },
      );
      const figure = {
        path: 'webhook POST, verified, durable, 200; 32 connections',
        unit: 'webhooks/s',
        floorName: "Express 5 with express.raw and the SDK's constructEvent, storing nothing",
        ...values,
        target: { kind: 'at_least', ratio: 1 },
      } as const;
      return {
        figures: [figure],
        notes: [notes(captured.body, reports), coldNote('webhooks', requests, cold)],
      };
    } finally {
      await product.stop();
      await floor.stop();
      await simulator.stop();
    }
  },
};

/** What was accepted is handled before the floor has its turn, so that the worker does not work against it. */
async function untilHandled(databaseUrl: string): Promise<void> {
  const startedAt = performance.now();
  await withClient(databaseUrl, async (client) => {
    for (;;) {
      const { rows } = await client.query<{ waits: boolean }>(
        `select exists (select from counterfoil.inbound_webhooks where status in ('received', 'failed')) as waits`,
      );
      if (rows[0]?.waits === false) return;
      if (performance.now() - startedAt > handledWithinMs) throw new Error('webhooks are not handled');
      await sleep(100);
    }
  });
}

function notes(body: string, reports: readonly LoadReport[]): string {
  const middle = median(reports.map(({ medianMs }) => medianMs));
  const slowest = median(reports.map(({ p99Ms }) => p99Ms));
  return (
    `Each webhook is a payment_intent.succeeded of ${Buffer.byteLength(body)} bytes with ids of its own. ` +
    `Counterfoil answers in ${middle.toFixed(1)} ms (99%: ${slowest.toFixed(1)} ms), which says ` +
    'that it is stored: its worker gives way to requests and handles most of a burst afterwards, outside the figure.'
  );
}
