import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { items } from '../../support/api-client.js';
import type { RunningApp } from '../../support/counterfoil.js';
import { startApp } from '../../support/counterfoil.js';
import { eventually } from '../../support/eventually.js';

const payments = 200;

let app: RunningApp;
beforeAll(async () => {
  app = await startApp('Postgres', {
    STRIPE_RATE_LIMIT_PER_SECOND: '25',
    STRIPE_TIMEOUT_MS: '8000',
    COUNTERFOIL_INLINE_BUDGET_MS: '10000',
    COUNTERFOIL_EFFECT_GRACE_MS: '10000',
  });
  await app.simulator.post('/sim/rate_limit', { per_endpoint: 25, total: 25 });
});
afterAll(() => app.stop());

/** Calls to Stripe so far: all that were made, and those of them that it refused for their rate. */
async function calls(): Promise<{ readonly made: number; readonly limited: number }> {
  const { text } = await app.api.get('/metrics');
  const counted = [...text.matchAll(/^counterfoil_stripe_calls_total\{.*result="(\w+)"\} (\d+)$/gm)];
  const sum = (wanted: (result: string) => boolean): number =>
    counted.reduce((total, [, result = '', count]) => total + (wanted(result) ? Number(count) : 0), 0);
  return { made: sum((result) => result !== 'no_turn'), limited: sum((result) => result === '429') };
}

/** Sends so many payments at once and waits until all are carried out; answers the share of calls that Stripe refused. */
async function burst(): Promise<number> {
  const before = await calls();
  const taken = await Promise.all(
    Array.from({ length: payments }, () =>
      app.api.post('/v1/payments', {
        amount: 900,
        currency: 'USD',
        payment_method: 'pm_card_visa',
        confirm: true,
      }),
    ),
  );
  // None is refused: what has no turn in time is answered 202, and the worker goes on with it.
  expect(taken.filter(({ status }) => status !== 201 && status !== 202).map(({ text }) => text)).toEqual([]);
  await eventually(
    async () => items(await app.api.get('/v1/payments?status=processing&limit=1')).length,
    (left) => left === 0,
    150_000,
  );
  const after = await calls();
  expect(after.made - before.made).toBeGreaterThanOrEqual(payments);
  return (after.limited - before.limited) / (after.made - before.made);
}

it('a burst of 200 payments at 25 calls per second is taken and carried out whole, with hardly a 429', async () => {
  let bursts = 0;
  // Calls that a busy machine holds up arrive together, and are refused for what is not our doing: then it is tried again.
  await eventually(
    () => {
      bursts += 1;
      return burst();
    },
    (share) => share <= 0.05,
    120_000,
  );
  const journal = await app.simulator.get('/sim/state');
  expect((journal.body['counts'] as Record<string, number>)['charge']).toBe(bursts * payments);
}, 600_000);
