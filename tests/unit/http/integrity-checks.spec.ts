import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

const path = '/v1/audit/integrity_checks';
const reason = { 'x-reason': 'the yearly audit' };

let app: RunningServer;
beforeAll(async () => {
  app = await startServer();
});
afterAll(() => app.stop());

it('is asked for with a reason, waits for a worker, and tells what was found', async () => {
  const bare = await app.api.post(path, {});
  expect([bare.status, bare.body['code']]).toEqual([400, 'reason_required']);
  const asked = await app.api.post(path, {}, reason);
  expect(asked.status).toBe(202);
  expect(asked.body).toMatchObject({
    ...{ object: 'integrity_check', status: 'pending', requested_by: 'bootstrap' },
    ...{ reason: 'the yearly audit', findings: [], finding_count: null },
  });
  const id = String(asked.body['id']);
  const detail = 'All entries together come to 1 USD.';
  const finding = { kind: 'ledger_unbalanced', subject: 'USD', position: null, detail } as const;
  const result = { position: 7n, events: 7n, entries: 2n, finding_count: 1n, findings: [finding] };
  await app.container.get(httpTokens.integrityChecks).finish(id, result);
  const found = await app.api.get(`${path}/${id}`);
  expect(found.body).toMatchObject({ id, status: 'findings', position: 7, finding_count: 1 });
  expect(found.body['findings']).toEqual([finding]);
  expect((await app.api.get(path)).body['data']).toEqual([found.body]);
  const missing = await app.api.get(`${path}/chk_0193f1a0-0000-7000-8000-00000000dead`);
  expect(missing.status).toBe(404);
});
