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

describe('a received webhook, shown', () => {
  let app: RunningServer;
  beforeAll(async () => {
    app = await startServer();
  });
  afterAll(() => app.stop());

  it('is its body byte for byte, save the secrets that a browser could act for the customer with', async () => {
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
    app.inbox.webhooks.set(stored.id, stored);
    const shown = payloadWith('[redacted]', '[redacted]');
    expect((await app.api.get('/v1/inbound_webhooks/evt_1')).body['payload']).toBe(shown);
    expect((await app.api.post('/v1/inbound_webhooks/evt_1/replay', {})).body['payload']).toBe(shown);
    expect((await app.api.get('/v1/inbound_webhooks')).text).not.toContain(secret);
    expect(app.inbox.webhooks.get(stored.id)?.payload).toContain(secret);
  });
});
