import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { EventStoreUnavailable } from '../../../src/application/ports/event-store.js';
import { Contention } from '../../../src/application/shared/command-handler.js';
import { CorruptStream } from '../../../src/domain/shared/corrupt-stream.js';
import { field } from '../../support/api-client.js';
import { eventually } from '../../support/eventually.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

const json = { 'content-type': 'application/json' };

/** Sends these bytes and answers all that comes back until the connection ends. */
function raw(url: string, text: string): Promise<string> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk.toString('utf8');
    });
    socket.on('error', () => resolve(heard));
    socket.on('close', () => resolve(heard));
  });
}

describe("the provider's webhooks", () => {
  let app: RunningServer;
  beforeAll(async () => {
    app = await startServer();
  });
  afterAll(() => app.stop());
  const send = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
    app.as(null).send('POST', path, body, { ...json, 'stripe-signature': 'good', ...headers });

  it.each(['/webhooks/stripe', '/api/stripe/webhook'])(
    'arrive at %s byte for byte, without a key',
    async (path) => {
      const body = '{ "id": "evt_1",\n "ü": 1.0 , "a":1, "a":2 }';
      const answer = await send(path, body);
      expect([answer.status, answer.text]).toEqual([200, '{"received":true}']);
      expect(app.webhooks.at(-1)).toEqual({ body, ip: '127.0.0.1' });
    },
  );

  it('are refused with the reason and nothing of our insides', async () => {
    const answer = await send('/webhooks/stripe', '{}', { 'stripe-signature': 'bad' });
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ code: 'signature_missing', status: 400, retryable: false });
  });

  it('have 1 MB at most', async () => {
    expect((await send('/webhooks/stripe', Buffer.alloc(1_048_576, 0x20))).status).toBe(200);
    const over = await send('/webhooks/stripe', Buffer.alloc(1_048_577, 0x20));
    expect([over.status, over.body['code'], over.headers['connection']]).toEqual([
      413,
      'body_too_large',
      'close',
    ]);
    const huge = await send('/webhooks/stripe', Buffer.alloc(4_000_000, 0x20));
    expect(huge.status).toBe(413);
  });

  it('are not unpacked', async () => {
    expect((await send('/webhooks/stripe', '{}', { 'content-encoding': 'gzip' })).status).toBe(415);
  });

  it('do not believe X-Forwarded-For unless told to', async () => {
    await send('/webhooks/stripe', '{}', { 'x-forwarded-for': '203.0.113.9' });
    expect(app.webhooks.at(-1)?.ip).toBe('127.0.0.1');
  });

  it.each([
    [1, '203.0.113.9'],
    [2, '198.51.100.1'],
  ])('believe %i proxies, and no one behind them', async (trustedProxies, ip) => {
    const proxied = await startServer({ trustedProxies });
    const headers = { 'stripe-signature': 'good', 'x-forwarded-for': '10.0.0.1, 198.51.100.1, 203.0.113.9' };
    await proxied.as(null).send('POST', '/webhooks/stripe', '{}', headers);
    await proxied.stop();
    expect(proxied.webhooks.at(-1)?.ip).toBe(ip);
  });
});

describe('failures of ours', () => {
  let app: RunningServer;
  beforeEach(async () => {
    app = await startServer({
      receiveWebhook: async () => {
        throw Object.assign(new Error('password=hunter2'), { code: 'ECONNREFUSED' });
      },
    });
  });
  afterEach(() => app.stop());

  it.each([
    [
      'the event store is out of reach',
      new EventStoreUnavailable('db.internal:5432'),
      503,
      'unavailable',
      'warn',
    ],
    ['too many write at once', new Contention('payment-1'), 503, 'contention', 'warn'],
    ['a queue is full', Object.assign(new Error('x'), { name: 'Overloaded' }), 503, 'overloaded', 'warn'],
    [
      'a database is out of reach',
      Object.assign(new Error('db.internal'), { code: '57P01' }),
      503,
      'unavailable',
      'error',
    ],
    [
      'a database gave a statement up',
      Object.assign(new Error('canceling statement'), { code: '57014' }),
      503,
      'unavailable',
      'error',
    ],
    [
      'a connection to a database was lost',
      new Error('Connection terminated unexpectedly'),
      503,
      'unavailable',
      'error',
    ],
    ['a database is frozen', new Error('Query read timeout'), 503, 'unavailable', 'error'],
    [
      'a history is impossible',
      new CorruptStream('PaymentCaptured cannot follow'),
      500,
      'internal_error',
      'error',
    ],
    ['anything else', new TypeError('secret internals of /home'), 500, 'internal_error', 'error'],
  ])('%s', async (_name, error, status, code, level) => {
    app.eventStore.readStream = async () => {
      throw error;
    };
    const answer = await app.api.get('/v1/payments/pay_0193f1a0-0000-7000-8000-00000000dead');
    expect([answer.status, answer.body['code'], answer.body['retryable']]).toEqual([
      status,
      code,
      status === 503,
    ]);
    expect(answer.headers['retry-after']).toBe(status === 503 ? '1' : undefined);
    expect(answer.text).not.toMatch(/internal:|57P01|secret|stack|PaymentCaptured/);
    const line = app.logger.lines.find((kept) => kept.level === level);
    expect(line?.fields).toMatchObject({ request_id: answer.headers['x-request-id'], err: error });
    if (error instanceof CorruptStream) expect(line?.fields).toMatchObject({ alert: true });
  });

  it('F42: make the provider send a webhook again', async () => {
    const answer = await app.as(null).send('POST', '/webhooks/stripe', '{}', {});
    expect([answer.status, answer.body['code'], answer.headers['retry-after']]).toEqual([
      503,
      'unavailable',
      '1',
    ]);
    expect(answer.text).not.toContain('hunter2');
  });
});

describe('the server', () => {
  let app: RunningServer;
  beforeEach(async () => {
    app = await startServer();
  });
  afterEach(() => app.stop());

  it('gives every answer the security headers', async () => {
    const answer = await app.api.get('/docs');
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'strict-transport-security': expect.stringContaining('max-age='),
      'content-security-policy': expect.stringContaining("default-src 'none';script-src 'self'"),
    });
    expect(answer.headers['content-security-policy']).not.toContain('unsafe');
    expect(answer.text).not.toMatch(/<script>|<style>| style=| on\w+=|https?:/);
    for (const asset of ['swagger-ui.css', 'swagger-ui-bundle.js', 'start.js']) {
      expect((await app.as(null).get(`/docs/${asset}`)).status).toBe(200);
    }
  });

  it('is born with the prototypes of Express, which therefore changes none', async () => {
    const { app: express, server } = app.http;
    const seen = new Promise<readonly [object, object]>((resolve) => {
      server.prependOnceListener('request', (request, response) => {
        resolve([Object.getPrototypeOf(request), Object.getPrototypeOf(response)]);
      });
    });
    await app.api.get('/health/live');
    const [request, response] = await seen;
    expect(request === express.request).toBe(true);
    expect(response === express.response).toBe(true);
  });

  it('refuses 10,000 headers', async () => {
    const headers = Array.from({ length: 10_000 }, (_, n) => `x-${n}: 1\r\n`).join('');
    const heard = await raw(app.url, `GET /health/live HTTP/1.1\r\nhost: x\r\n${headers}\r\n`);
    expect(heard).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('does not wait for slow headers', async () => {
    app.http.server.headersTimeout = 200;
    const heard = await raw(app.url, 'GET /health/live HTTP/1.1\r\nhost: x\r\n');
    expect(heard).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('reads no more of a huge body than it must', async () => {
    const answer = await app.api.send('POST', '/v1/payments', Buffer.alloc(900_000, 0x20), {
      ...json,
      'idempotency-key': 'k',
    });
    expect([answer.status, answer.headers['connection']]).toEqual([413, 'close']);
    const announced = await raw(
      app.url,
      `POST /webhooks/stripe HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999\r\n\r\n`,
    );
    expect(announced).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('finishes what is under way when it is closed, and takes nothing new', async () => {
    const asked = new Promise<void>((resolve) => {
      app.gateway.confirm = async () => {
        resolve();
        await sleep(300);
        return { outcome: 'unknown', reason: 'timeout', retryAfterMs: null };
      };
    });
    const visa = { amount: 5000, currency: 'USD', payment_method: 'pm_visa', confirm: true };
    const underWay = app.api.post('/v1/payments', visa);
    await asked;
    const closed = app.http.close(3_600_000);
    await eventually(
      () => app.api.get('/health/live').catch((error: unknown) => field(error, 'code')),
      (answer) => answer === 'ECONNREFUSED',
    );
    expect((await underWay).status).toBe(202);
    await closed;
  });

  it('cuts what does not end within the bound', async () => {
    let letGo: () => void = () => undefined;
    const asked = new Promise<void>((wasAsked) => {
      app.apiKeys.authenticate = () =>
        new Promise((resolve) => {
          letGo = () => resolve(undefined);
          wasAsked();
        });
    });
    const cut = app.api.get('/v1/payments').then(
      () => 'answered',
      () => 'cut',
    );
    await asked;
    await app.http.close(200);
    expect(await cut).toBe('cut');
    letGo();
  });
});
