import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../support/api-client.js';
import { apiClient, items } from '../support/api-client.js';
import type { AppProcess } from '../support/app-process.js';
import type { Cluster } from '../support/cluster.js';
import { startCluster } from '../support/cluster.js';
import { eventually } from '../support/eventually.js';

const limit = 40;
const longEnoughMs = 30_000;

describe('two processes on one database', () => {
  let cluster: Cluster;
  let here: AppProcess;
  let there: AppProcess;
  beforeAll(async () => {
    cluster = await startCluster({
      environment: { COUNTERFOIL_LIMIT_REQUESTS_PER_KEY: String(limit) },
    });
    here = await cluster.start();
    there = await cluster.start();
  }, 300_000);
  afterAll(() => cluster?.close());

  it('let a key through as often as the limit says, penalize it when it goes on, and know of its pardon', async () => {
    const made = await here.api.post('/v1/api_keys', { name: 'noisy', scopes: ['payments:read'] });
    const [noisyHere, noisyThere] = [here, there].map(({ url }) =>
      apiClient(url, String(made.body['secret'])),
    ) as [ApiClient, ApiClient];
    const all = await Promise.all(
      Array.from({ length: 100 }, (_, n) => (n % 2 === 0 ? noisyHere : noisyThere).get('/v1/payments')),
    );
    const through = all.filter(({ status }) => status === 200);
    // On a machine so slow that the shared buckets do not answer in time, each process counts for itself, and says so.
    const countsAlone = [here, there].some(({ output }) => output().includes('this process counts alone'));
    expect(through.length).toBeLessThanOrEqual(countsAlone ? 2 * limit : limit);
    expect(through.length).toBeGreaterThan(limit / 2);
    expect(all.filter(({ status }) => status !== 200 && status !== 429)).toEqual([]);

    const limitToldTo = (client: ApiClient) => async () => (await client.get('/v1/payments')).body['limit'];
    const id = await eventually(limitToldTo(noisyHere), (told) => told !== undefined, longEnoughMs);
    expect(await eventually(limitToldTo(noisyThere), (told) => told !== undefined, longEnoughMs)).toBe(id);

    const listed = await eventually(
      async () => items(await there.api.get('/v1/limits')),
      (limits) => limits.length > 0,
      longEnoughMs,
    );
    expect(listed).toEqual([
      expect.objectContaining({ id, kind: 'requests_of_key', subject: made.body['id'], strikes: 1 }),
    ]);
    const reason = 'a script of theirs ran wild';
    const pardon = await there.api.post(`/v1/limits/${id}/pardon`, {}, { 'x-reason': reason });
    expect(pardon.status).toBe(200);
    await eventually(limitToldTo(noisyHere), (told) => told === undefined, longEnoughMs);
    expect(await limitToldTo(noisyThere)()).toBeUndefined();

    const events = items(await here.api.get(`/v1/streams/limit-${id}/events`));
    expect(events.map(({ sentence, reason: why }) => [sentence, why])).toEqual([
      [`Too many requests of the API key ${made.body['id']}: refused for 60 s (strike 1).`, null],
      ['Pardoned: the penalty is over, and its strikes are forgotten.', reason],
    ]);
    const state = await here.api.get(`/v1/audit/state?stream=limit-${id}&at=0`);
    expect(state.body['state']).toMatchObject({ status: 'penalized', strikes: 1, penalty_seconds: 60 });
  });
});
