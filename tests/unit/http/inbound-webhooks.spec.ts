import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Instant } from '../../../src/domain/shared/instant.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

const secret = 'pi_1_secret_2';
const payloadWith = (first: string, second: string): string => `{
  "data": { "object": { "id": "pi_1", "client_secret": "${first}", "description": "a \\"client_secret\\"" } },
  "more": { "client_secret":"${second}", "url": "https://hooks.example/go?client_secret=${first}\\u0026a=1" },
  "none": { "client_secret": null, "latest_charge": "ch_1" }
}`;

const stored = {
  id: 'evt_1',
  type: 'payment_intent.requires_action',
  apiVersion: null,
  livemode: false,
  objectId: 'pi_1',
  payload: payloadWith(secret, secret),
  status: 'processed',
  attempts: 1,
  deliveries: 1,
  lastError: null,
  note: null,
  receivedAt: '2026-11-01T09:30:00.000Z' as Instant,
  processedAt: null,
  nextAttemptAt: null,
} as const;

describe('a received webhook, shown', () => {
  let app: RunningServer;
  beforeAll(async () => {
    app = await startServer();
  });
  afterAll(() => app.stop());

  it('is its body byte for byte, save the secrets that a browser could act for the customer with', async () => {
    app.inbox.webhooks.set('evt_1', stored);
    const shown = payloadWith('[redacted]', '[redacted]');
    expect((await app.api.get('/v1/inbound_webhooks/evt_1')).body['payload']).toBe(shown);
    expect((await app.api.post('/v1/inbound_webhooks/evt_1/replay', {})).body['payload']).toBe(shown);
    expect((await app.api.get('/v1/inbound_webhooks')).text).not.toContain(secret);
    expect(app.inbox.webhooks.get('evt_1')?.payload).toContain(secret);
  });
});

describe('a received webhook that no handler can take', () => {
  let app: RunningServer;
  beforeAll(async () => {
    app = await startServer();
  });
  afterAll(() => app.stop());
  const ignore = (id: string, reason?: string) =>
    app.api.post(`/v1/inbound_webhooks/${id}/ignore`, {}, reason === undefined ? {} : { 'x-reason': reason });

  it('is dismissed with a reason, kept with who gave it, and told to be so when it is dismissed again', async () => {
    const parked = { ...stored, id: 'evt_2', status: 'parked', lastError: 'livemode true' } as const;
    app.inbox.webhooks.set('evt_2', parked);
    const unexplained = await ignore('evt_2');
    expect([unexplained.status, unexplained.body['code']]).toEqual([400, 'reason_required']);
    for (let n = 0; n < 2; n += 1) {
      const dismissed = await ignore('evt_2', 'a test of the other shop');
      expect([dismissed.status, dismissed.body['status']]).toEqual([200, 'ignored']);
      expect(dismissed.body['note']).toBe('dismissed: a test of the other shop');
      expect(dismissed.body['acts']).toMatchObject([
        { act: 'ignore', reason: 'a test of the other shop', actor: { kind: 'api_key' } },
      ]);
    }
  });

  it('is handled again with all others that are parked, or those of one type, in bounded calls', async () => {
    for (let n = 0; n < 300; n += 1) {
      const id = `evt_many_${n}`;
      const type = n < 250 ? 'charge.succeeded' : 'refund.updated';
      app.inbox.webhooks.set(id, { ...stored, id, type, status: 'parked' });
    }
    const replay = (body: object) => app.api.post('/v1/inbound_webhooks/replay', body);
    const some = await replay({ status: 'parked', type: 'charge.succeeded' });
    expect([some.status, some.body]).toEqual([
      200,
      { object: 'inbound_webhook_replay', replayed: 200, has_more: true, last: 'evt_many_199' },
    ]);
    const rest = await replay({
      status: 'parked',
      type: 'charge.succeeded',
      starting_after: some.body['last'],
    });
    expect(rest.body).toMatchObject({ replayed: 50, has_more: false });
    expect((await replay({ status: 'parked' })).body).toMatchObject({ replayed: 50, has_more: false });
    expect((await replay({ status: 'processed' })).status).toBe(400);
    expect((await replay({ status: 'parked', starting_after: 'evt_unknown' })).status).toBe(400);
  });

  it('is not dismissed once it was handled, or where there is none', async () => {
    app.inbox.webhooks.set('evt_1', stored);
    const handled = await ignore('evt_1', 'by mistake');
    expect([handled.status, handled.body['code']]).toEqual([409, 'webhook_handled']);
    expect((await ignore('evt_3', 'by mistake')).status).toBe(404);
  });
});
