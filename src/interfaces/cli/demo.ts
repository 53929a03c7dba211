import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCounterfoil } from '../../composition/start.js';
import { readConfig } from '../../config.js';
import type { ApiAnswer } from './api-client.js';
import { createApiClient } from './api-client.js';
import { sellOnPlan } from './demo-plan.js';
import type { Client } from './demo-telling.js';
import { chapter, reached, record, rows, say, tell } from './demo-telling.js';

/**
 * Tells the story of a few payments in the terminal: `npm run demo`. It runs a Counterfoil of its own in a temporary folder,
 * with everything real but Stripe, talks to it over HTTP as any client would, and leaves nothing behind.
 */
async function main(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-demo-'));
  say('Starting Postgres, the Stripe simulator and Counterfoil ...');
  const running = await startCounterfoil(
    readConfig({
      PORT: '0',
      COUNTERFOIL_DATA_DIR: dataDir,
      COUNTERFOIL_LOG_LEVEL: 'error',
      COUNTERFOIL_DEMO_DATA: 'off',
    }),
  );
  try {
    await story(
      createApiClient(running.url, running.apiKey ?? ''),
      createApiClient(running.simulatorUrl ?? '', ''),
    );
  } finally {
    await running.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function story(api: Client, simulator: Client): Promise<void> {
  chapter('A payment that succeeds');
  const paid = await api.post('/v1/payments', payment(5000, 'pm_card_visa'));
  tell(
    paid,
    `status ${paid.body['status']}, captured ${paid.body['amount_captured']} of ${paid.body['amount']}`,
  );

  chapter('A card without funds');
  const declined = await api.post(
    '/v1/payments',
    payment(2500, 'pm_card_visa_chargeDeclinedInsufficientFunds'),
  );
  tell(declined, `${declined.body['code']} / ${declined.body['decline_code']}: ${declined.body['detail']}`);

  chapter('A card that asks for 3-D Secure');
  const secured = await api.post('/v1/payments', payment(9900, 'pm_card_threeDSecure2Required'));
  tell(secured, `status ${secured.body['status']}; the customer is sent to the bank's page and agrees`);
  await simulator.post(`/sim/payment_intents/${intentOf(secured)}/complete_action`, { outcome: 'succeed' });
  const settled = await until(api, secured, (body) => body['status'] === 'succeeded');
  tell(settled, `the webhook arrived: status ${settled.body['status']}`);

  chapter('An authorization, captured in part');
  const held = await api.post('/v1/payments', { ...payment(8000, 'pm_card_visa'), capture_method: 'manual' });
  tell(held, `status ${held.body['status']}, authorized ${held.body['amount_authorized']}`);
  const part = await api.post(`/v1/payments/${held.body['id']}/capture`, { amount: 5500 });
  tell(part, `captured ${part.body['amount_captured']}, the other 2500 are released`);

  chapter('Two partial refunds, and one too many');
  for (const amount of [2000, 3000, 1]) {
    const refund = await api.post('/v1/refunds', {
      payment: paid.body['id'],
      amount,
      reason: 'requested_by_customer',
    });
    tell(
      refund,
      refund.status < 400 ? `refunded ${amount}: ${refund.body['status']}` : String(refund.body['detail']),
    );
  }

  chapter('A refund that succeeds and fails later');
  const fragile = await api.post('/v1/payments', payment(4000, 'pm_card_refundFail'));
  const refund = await api.post('/v1/refunds', { payment: fragile.body['id'], amount: 4000 });
  tell(refund, `status ${refund.body['status']}; days pass, and the customer's bank sends the money back`);
  await simulator.post('/sim/clock', { advance_seconds: 5 * 86_400 });
  const reopened = await until(api, fragile, (body) => body['amount_refunded'] === 0);
  tell(
    reopened,
    `the payment is ${reopened.body['status']} again, refunded ${reopened.body['amount_refunded']}`,
  );

  await sellOnPlan(api, simulator);

  await audit(api, paid);
}

async function audit(api: Client, paid: ApiAnswer): Promise<void> {
  chapter("The auditor's view of the first payment");
  const timeline = await api.get(`/v1/payments/${paid.body['id']}/timeline`);
  for (const event of rows(timeline)) say(`    ${event['recorded_at']}  ${event['sentence']}`);
  const earlier = await api.get(`/v1/audit/state?stream=payment-${paid.body['id']}&at=1`);
  tell(earlier, `at revision 1 the payment was ${JSON.stringify(record(earlier.body['state'])['status'])}`);

  chapter('Every read model, rebuilt from the events and compared');
  const replays = await api.post('/v1/audit/replays', {});
  for (const report of rows(replays)) {
    say(
      `    ${report['projection']}: ${report['events']} events, ${report['rows_compared']} rows, ${report['difference_count']} differences`,
    );
  }

  chapter('The trial balance');
  const balance = await api.get('/v1/ledger/trial_balance');
  for (const row of rows(balance)) {
    say(`    ${String(row['account']).padEnd(22)} ${row['currency']} ${String(row['balance']).padStart(10)}`);
  }
  const total = rows(balance).reduce((sum, row) => sum + Number(row['balance']), 0);
  say(`    ${'sum'.padEnd(26)} ${String(total).padStart(10)}`);
}

function payment(amount: number, method: string): Record<string, unknown> {
  return { amount, currency: 'USD', payment_method: method, confirm: true };
}

function intentOf(answer: ApiAnswer): string {
  return String(record(answer.body['provider'])['payment_intent']);
}

/** Asks for the payment until it is as expected; webhooks take a moment. */
function until(
  api: Client,
  answer: ApiAnswer,
  isDone: (body: ApiAnswer['body']) => boolean,
): Promise<ApiAnswer> {
  return reached(api, `/v1/payments/${answer.body['id']}`, isDone);
}

await main();
