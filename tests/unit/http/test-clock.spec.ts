import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

let app: RunningServer;
beforeAll(async () => {
  app = await startServer();
});
afterAll(() => app.stop());

it('puts the clock forward by whole seconds, and never back', async () => {
  const before = await app.api.get('/sim/clock');
  const answer = await app.api.post('/sim/clock', { advance_seconds: 86_400 });
  expect([answer.status, answer.body['object']]).toEqual([200, 'clock']);
  expect(Number(answer.body['ahead_seconds'])).toBe(Number(before.body['ahead_seconds']) + 86_400);
});

it.each([0, -1, 1.5, '60', 3_660 * 86_400 + 1])('refuses to put it forward by %p', async (seconds) => {
  const answer = await app.api.post('/sim/clock', { advance_seconds: seconds });
  expect([answer.status, answer.body['param']]).toEqual([400, 'advance_seconds']);
});
