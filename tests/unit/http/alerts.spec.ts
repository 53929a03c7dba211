import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { alertRuleNames } from '../../../src/domain/alert/alert-rules.js';
import { field, items } from '../../support/api-client.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

let app: RunningServer;
beforeAll(async () => {
  app = await startServer();
});
afterAll(() => app.stop());

const reason = { 'x-reason': 'fewer pages at night' };
const setting = { enabled: true, open_at: 8000, close_at: 9000, window_minutes: 30, minimum_sample: 10 };
const change = (body: unknown, headers: Record<string, string> = reason, rule = 'payment_success') =>
  app.api.send('PUT', `/v1/alert_rules/${rule}`, JSON.stringify(body), {
    'content-type': 'application/json',
    ...headers,
  });

it('every rule is shown, with its unit and its thresholds', async () => {
  const rules = items(await app.api.get('/v1/alert_rules'));
  expect(rules.map(({ id }) => id)).toEqual(alertRuleNames);
  expect(rules[0]).toMatchObject({
    ...{ id: 'payment_success', object: 'alert_rule', unit: 'basis_points', side: 'below' },
    ...{ open_at: 9000, close_at: 9500, open_alert: null, measured: null, revision: null },
  });
});

it('an alert opens, is taken notice of, and is over', async () => {
  app.measuring.of = { payment_success: { value: 7000, sample: 50, excluded: 4 } };
  const judged = items(await app.api.post('/v1/alerts', {}));
  expect(judged[0]).toMatchObject({ measured: { value: 7000, sample: 50, excluded: 4 } });
  const [open] = items(await app.api.get('/v1/alerts?status=open'));
  expect(open).toMatchObject({ object: 'alert', rule: 'payment_success', status: 'open', value: 7000 });
  expect(judged[0]?.['open_alert']).toBe(open?.['id']);
  const path = `/v1/alerts/${open?.['id']}/ack`;
  const taken = await app.api.post(path, {});
  expect([taken.status, typeof taken.body['acknowledged_at']]).toEqual([200, 'string']);
  expect((await app.api.post(path, {})).body['acknowledged_at']).toBe(taken.body['acknowledged_at']);
  app.measuring.of = { payment_success: { value: 9900, sample: 50, excluded: 0 } };
  await app.api.post('/v1/alerts', {});
  expect((await app.api.post(path, {})).status).toBe(404);
  const facts = items(await app.api.get('/v1/streams/alertRule-payment_success/events'));
  expect(facts.map(({ type }) => type)).toEqual(['AlertOpened', 'AlertAcknowledged', 'AlertClosed']);
  expect(field(facts[1], 'actor', 'kind')).toBe('api_key');
});

it('thresholds are changed with a reason, at the revision that was seen, and make sense', async () => {
  const changed = await change(setting);
  expect(changed.body).toMatchObject({ open_at: 8000, close_at: 9000, window_minutes: 30 });
  const etag = String(changed.headers['etag']);
  expect((await change({ ...setting, open_at: 8500 }, { ...reason, 'if-match': etag })).status).toBe(200);
  expect((await change(setting, { ...reason, 'if-match': etag })).body['code']).toBe('revision_stale');
  expect((await change(setting, {})).body['code']).toBe('reason_required');
  const flickering = await change({ ...setting, close_at: 7999 });
  expect([flickering.status, flickering.body['code']]).toEqual([422, 'alert_rule_inconsistent']);
});

it.each([
  { ...setting, open_at: 1.5 },
  { ...setting, open_at: -1 },
  { ...setting, open_at: '9000' },
  { ...setting, window_minutes: 0 },
  { ...setting, enabled: 'yes' },
  { ...setting, extra: 1 },
  {},
])('a setting that is none is refused: %j', async (body) => {
  expect((await change(body)).status).toBe(400);
});

it('a rule or an alert that there is none of is not found', async () => {
  expect((await change(setting, reason, 'no_rule')).status).toBe(404);
  expect((await app.api.post('/v1/alerts/alr_0193f1a0-0000-7000-8000-00000000dead/ack', {})).status).toBe(
    404,
  );
});

it('the checks of the past are listed', async () => {
  const [check] = items(await app.api.get('/v1/health_checks?healthy=false'));
  expect(check).toMatchObject({ id: '7', object: 'health_check', status: 'unavailable' });
  const runbook = 'https://pay.example/runbook/projections';
  expect(check?.['checks']).toEqual({ projections: { healthy: false, detail: 'late', runbook } });
  expect((await app.api.get('/v1/health_checks?starting_after=x')).status).toBe(400);
});

it('what to do is told to whoever asks, by the name of a check or a rule', async () => {
  const { status, text, headers } = await app.as(null).get('/runbook/projections');
  expect([status, headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
  expect(text).toMatch(/^## projections\n/);
  expect(text.match(/^## /gm)).toHaveLength(1);
  expect((await app.as(null).get('/runbook')).text).toContain(text.trim());
  expect((await app.as(null).get('/runbook/nothing')).status).toBe(404);
  const { checks } = (await app.api.get('/health/payments')).body as { checks: Record<string, unknown> };
  for (const [name, check] of Object.entries(checks)) {
    expect(check).toMatchObject({ runbook: `https://pay.example/runbook/${name}` });
  }
});
