import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keptPort } from '../../support/kept-port.js';
import { createTestDatabase } from '../../support/postgres.js';
import { checkFourBooks, untilQuiet } from '../four-books/check.js';
import { createClientHistory } from '../four-books/client-history.js';
import type { Discrepancy } from '../four-books/discrepancy.js';
import {
  apiKey,
  appEnvironment,
  copyBuild,
  order,
  startProgram,
  startSimulator,
  untilReady,
} from '../laboratory/programs.js';
import type { Client } from '../load/client.js';
import { createClient } from '../load/client.js';
import { seededRandom } from '../load/random.js';

const preload = fileURLToPath(new URL('./broken-gateway.mjs', import.meta.url));
const webhooksLateMs = 8_000;
const quietWithinMs = 30_000;

/**
 * Every kind of command, each with an answer of Stripe that is lost after the effect, and with webhooks that come late and twice.
 * Answers what the four books then disagree on, and how long after the last command all was at rest.
 * @param broken how the program is broken on purpose; null as it is
 */
export async function loseAnswers(
  broken: string | null,
): Promise<{ readonly discrepancies: readonly Discrepancy[]; readonly healMs: number }> {
  const closers: (() => Promise<unknown>)[] = [];
  try {
    const build = await copyBuild();
    closers.push(build.remove);
    const database = await createTestDatabase();
    closers.push(database.drop);
    const dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-directed-'));
    closers.push(() => rm(dataDir, { recursive: true }));
    const port = await keptPort();
    const url = `http://127.0.0.1:${port}`;
    const simulator = await startSimulator({
      build: build.folder,
      webhookUrls: [`${url}/webhooks/stripe`],
    });
    closers.push(simulator.kill);
    const environment = appEnvironment({
      port,
      databaseUrl: database.url,
      stripeUrl: simulator.url,
      dataDir,
    });
    const app = startProgram(
      join(build.folder, 'main.js'),
      { ...environment, BUILD: build.folder, BROKEN: broken ?? '' },
      broken === null ? {} : { preload },
    );
    closers.push(app.kill);
    await untilReady(`${url}/health/ready`, app);
    const history = createClientHistory();
    const client = createClient({ urls: [url], apiKey, history, random: seededRandom(1), triesMax: 20 });
    // Late, so that what is seen is our own second try and not the provider's news of the first.
    await order(simulator.url, '/sim/webhooks', { duplicate: 1, delay_ms: webhooksLateMs });
    await tell(client, (operation) =>
      // Twice, since the SDK sends once more by itself.
      order(simulator.url, '/sim/next', { behavior: 'lose_answer', operation, times: 2 }),
    );
    client.close();
    const books = { history, databaseUrl: database.url, simulatorUrl: simulator.url };
    const { ms } = await untilQuiet(books, quietWithinMs);
    return { discrepancies: await checkFourBooks(books), healMs: ms };
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

/** One after the other, each loss is met by the command that it was ordered for. */
async function tell(client: Client, lose: (operation: string) => Promise<void>): Promise<void> {
  const price = { amount: 5000n, currency: 'USD' };
  const body = { amount: 5000, currency: 'USD', payment_method: 'pm_card_visa', confirm: true };
  const create = (more: Readonly<Record<string, unknown>> = {}) =>
    client.send({ kind: 'create', subject: null, ...price }, '/v1/payments', { ...body, ...more });
  await lose('payment_intents.create');
  await create();
  const paid = await create();
  const taken = await create({ capture_method: 'manual' });
  const released = await create({ capture_method: 'manual' });
  if (paid.kind !== 'ok' || taken.kind !== 'ok' || released.kind !== 'ok') return;
  await lose('refunds.create');
  const refund = { kind: 'refund', subject: paid.shown.subject, amount: 2000n, currency: 'USD' } as const;
  await client.send(refund, '/v1/refunds', { payment: refund.subject, amount: 2000 });
  await lose('payment_intents.capture');
  const capture = { kind: 'capture', subject: taken.shown.subject, amount: 3000n, currency: 'USD' } as const;
  await client.send(capture, `/v1/payments/${capture.subject}/capture`, { amount: 3000 });
  await lose('payment_intents.cancel');
  const cancel = { kind: 'cancel', subject: released.shown.subject, amount: null, currency: 'USD' } as const;
  await client.send(cancel, `/v1/payments/${cancel.subject}/cancel`, {});
}
