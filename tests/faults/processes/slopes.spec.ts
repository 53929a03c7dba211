import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AppProcess } from '../../support/app-process.js';
import type { Cluster } from '../../support/cluster.js';
import { startCluster } from '../../support/cluster.js';

/** A short run by default; SLOPE_MINUTES=60 is the full one. */
const minutes = Number(process.env['SLOPE_MINUTES'] ?? 0);
const roundsMin = 9;
const paymentsPerRound = 12;
const visa = { amount: 5000, currency: 'USD', payment_method: 'pm_card_visa', confirm: true };

const hasProc = existsSync('/proc/self/fd');
if (!hasProc) process.stdout.write('What a process holds on to is not measured: there is no /proc\n');

type Held = { readonly at: number; readonly descriptors: number; readonly megabytes: number };

async function heldBy(pid: number): Promise<Held> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
  const { length: descriptors } = await readdir(`/proc/${pid}/fd`);
  return { at: performance.now(), descriptors, megabytes: kilobytes / 1024 };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** How much more of something is held in the last third of a run than in the middle one, and what that makes in an hour. */
function growth(samples: readonly Held[], of: 'descriptors' | 'megabytes') {
  const third = Math.floor(samples.length / 3);
  const [middle, last] = [samples.slice(third, 2 * third), samples.slice(2 * third)];
  const more = median(last.map((each) => each[of])) - median(middle.map((each) => each[of]));
  const hours = (median(last.map(({ at }) => at)) - median(middle.map(({ at }) => at))) / 3_600_000;
  return { more, perHour: more / hours };
}

(hasProc ? describe : describe.skip)('F48: a process that goes on and on', () => {
  let cluster: Cluster;
  let app: AppProcess;
  beforeAll(async () => {
    cluster = await startCluster();
    await cluster.simulator.post('/sim/rate_limit', { off: true });
    app = await cluster.start();
  }, 180_000);
  afterAll(() => cluster?.close());

  /** Paid, looked at, refused, and refunded. */
  async function story(): Promise<void> {
    const key = () => ({ 'idempotency-key': randomUUID() });
    const paid = await app.api.post('/v1/payments', visa, key());
    await app.api.post('/v1/payments', { ...visa, amount: -1 }, key());
    await app.api.get(`/v1/payments/${paid.body['id']}`);
    await app.api.post('/v1/refunds', { payment: paid.body['id'], amount: 100 }, key());
    await app.api.get('/v1/payments?limit=5');
  }

  it(`holds on to no descriptor and no memory (${minutes === 0 ? 'short' : `${minutes} minutes`})`, async () => {
    const pid = app.child.pid ?? 0;
    const samples: Held[] = [];
    const until = performance.now() + minutes * 60_000;
    while (samples.length < roundsMin || performance.now() < until) {
      await Promise.all(Array.from({ length: paymentsPerRound }, story));
      samples.push(await heldBy(pid));
    }
    const [descriptors, megabytes] = [growth(samples, 'descriptors'), growth(samples, 'megabytes')];
    const inAnHour = minutes === 0 ? '' : `, ${megabytes.perHour.toFixed(1)} MB in an hour`;
    process.stdout.write(
      `${samples.length * paymentsPerRound} payments: in the last third ${descriptors.more} descriptors and ` +
        `${megabytes.more.toFixed(1)} MB more${inAnHour}\n`,
    );
    // A leak of one descriptor for each payment would be as many as a third of them; pools and idle lines come and go.
    expect(descriptors.more).toBeLessThan((samples.length * paymentsPerRound) / 6);
    // A short run is still warming up: only a long one says something of an hour.
    expect(megabytes.more).toBeLessThan(64);
    if (minutes >= 30) expect(megabytes.perHour).toBeLessThan(16);
  }, 7_200_000);
});
