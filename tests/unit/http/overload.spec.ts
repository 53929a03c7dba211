import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { AdmissionParts } from '../../../src/interfaces/http/shared/admission.js';
import { Admission } from '../../../src/interfaces/http/shared/admission.js';
import type { Answer } from '../../support/api-client.js';
import { eventually } from '../../support/eventually.js';
import type { RunningServer } from './running-server.js';
import { allScopesSecret, startServer } from './running-server.js';

const never = 600_000;
const lane = (underWayMax: number, waitingMax = 0, waitMs = never) => ({ underWayMax, waitingMax, waitMs });
const roomy = { reads: lane(100), writes: lane(100), webhooks: lane(100), loopDelayMs: () => 0 };

let app: RunningServer;
let admission: Admission;
afterEach(() => app.stop());

async function start(limits: Partial<AdmissionParts>, more: Parameters<typeof startServer>[0] = {}) {
  admission = new Admission({ ...roomy, ...limits });
  app = await startServer({ inlineBudgetMs: never, ...more, admission });
}

/** Holds every call to the provider until it is let go. */
function slowProvider(): { readonly letGo: () => void } {
  const confirm = app.gateway.confirm.bind(app.gateway);
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  app.gateway.confirm = async (...call) => {
    await held;
    return confirm(...call);
  };
  return { letGo };
}

const payment = { amount: 1000, currency: 'USD', confirm: true, payment_method: 'pm_visa' };
const pay = (key: string = randomUUID()): Promise<Answer> =>
  app.api.post('/v1/payments', payment, { 'idempotency-key': key });
const statusOf = (name: string) => admission.status().find((status) => status.lane === name);
const until = (name: string, underWay: number, waiting: number) =>
  eventually(
    async () => statusOf(name),
    (status) => status?.underWay === underWay && status.waiting === waiting,
  );
const isShed = (answer: Answer): void => {
  expect([answer.status, answer.body['code'], answer.body['retryable']]).toEqual([503, 'overloaded', true]);
  expect(answer.headers['retry-after']).toBe('1');
};

describe('with as many slow writes under way as there are places', () => {
  it('the next is shed at once, leaves no trace, and the same key works afterwards', async () => {
    await start({ writes: lane(4) });
    const provider = slowProvider();
    const taken = Array.from({ length: 4 }, () => pay());
    await until('writes', 4, 0);
    const [before, kept] = [await app.eventStore.head(), app.idempotency.kept.size];

    isShed(await pay('one-too-many'));
    expect(await app.eventStore.head()).toBe(before);
    expect(app.idempotency.kept.size).toBe(kept);

    // Reads, webhooks, and those who watch have places of their own.
    expect((await app.api.get('/v1/payments')).status).toBe(200);
    expect((await app.as(null).get('/health/live')).status).toBe(200);
    const webhook = await app.as(null).send('POST', '/webhooks/stripe', '{}', { 'stripe-signature': 'good' });
    expect(webhook.status).toBe(200);

    provider.letGo();
    for (const answer of await Promise.all(taken)) expect(answer.status).toBe(201);
    expect((await pay('one-too-many')).status).toBe(201);
    expect(statusOf('writes')).toEqual({ lane: 'writes', underWay: 0, waiting: 0, shed: 1 });
  });

  it('some wait for their turn; beyond that the one with the least time left is shed', async () => {
    await start({ writes: lane(1, 2) });
    const provider = slowProvider();
    const first = pay();
    await until('writes', 1, 0);
    const oldest = pay();
    await until('writes', 1, 1);
    const second = pay();
    await until('writes', 1, 2);
    const newest = pay();
    isShed(await oldest);
    provider.letGo();
    for (const answer of await Promise.all([first, second, newest])) expect(answer.status).toBe(201);
  });

  it('who has waited too long is shed, and nothing of it is done', async () => {
    await start({ writes: lane(1, 5, 50) });
    const provider = slowProvider();
    const first = pay();
    await until('writes', 1, 0);
    isShed(await pay());
    provider.letGo();
    expect((await first).status).toBe(201);
    await until('writes', 0, 0);
    expect(app.gateway.calls).toHaveLength(1);
  });

  it('after ten times the load everything is served again', async () => {
    await start({ writes: lane(8, 8) });
    const provider = slowProvider();
    const storm = Array.from({ length: 160 }, () => pay());
    const shed = Promise.all(storm).then((answers) => answers.filter(({ status }) => status === 503));
    await eventually(
      async () => statusOf('writes')?.shed,
      (count) => count === 144,
    );
    provider.letGo();
    expect(await shed).toHaveLength(144);
    for (const answer of await Promise.all(Array.from({ length: 16 }, () => pay()))) {
      expect(answer.status).toBe(201);
    }
    expect(statusOf('writes')).toMatchObject({ underWay: 0, waiting: 0 });
  });
});

it('a failing request gives its place back', async () => {
  await start({ reads: lane(1) });
  app.eventStore.readStream = async () => {
    throw new TypeError('planted');
  };
  const missing = '/v1/payments/pay_0193f1a0-0000-7000-8000-00000000dead';
  for (let time = 0; time < 3; time += 1) expect((await app.api.get(missing)).status).toBe(500);
  expect(statusOf('reads')).toMatchObject({ underWay: 0, shed: 0 });
});

it('webhooks beyond their places are answered 503, so that the provider sends them again', async () => {
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const receiveWebhook = async () => {
    await held;
    return { status: 200 };
  };
  await start({ webhooks: lane(2) }, { receiveWebhook });
  const send = () => app.as(null).send('POST', '/webhooks/stripe', '{}', { 'stripe-signature': 'good' });
  const taken = [send(), send()];
  await until('webhooks', 2, 0);
  isShed(await send());
  letGo();
  for (const { status } of await Promise.all(taken)) expect(status).toBe(200);
  expect((await send()).status).toBe(200);
});

it('an event loop that is late sheds what is not begun, and answers those who watch', async () => {
  let delayMs = 501;
  await start({ loopDelayMs: () => delayMs });
  isShed(await pay());
  isShed(await app.api.get('/v1/payments'));
  expect((await app.as(null).get('/health/ready')).status).toBe(200);
  expect(app.idempotency.kept.size).toBe(0);
  delayMs = 499;
  expect((await pay()).status).toBe(201);
});

it('a thousand clients that send their bodies slowly hold up nobody', async () => {
  await start({ writes: lane(4) });
  const { hostname, port } = new URL(app.url);
  const head = [
    'POST /v1/payments HTTP/1.1',
    `Host: ${hostname}`,
    `Authorization: Bearer ${allScopesSecret}`,
    'Content-Type: application/json',
    'Content-Length: 1000',
    '',
    '{"amount":',
  ].join('\r\n');
  const sockets: Socket[] = [];
  try {
    for (let at = 0; at < 1_000; at += 50) {
      const opened = Array.from({ length: 50 }, async (_socket, index) => {
        const socket = connect(Number(port), hostname);
        socket.on('error', () => undefined);
        sockets.push(socket);
        await new Promise<void>((resolve) => socket.once('connect', resolve));
        socket.write(head.replaceAll('\r\n\r\n', `\r\nIdempotency-Key: slow-${at + index}\r\n\r\n`));
      });
      await Promise.all(opened);
    }
    expect((await app.as(null).get('/health/live')).status).toBe(200);
    expect((await app.as(null).get('/health/ready')).status).toBe(200);
    expect((await pay()).status).toBe(201);
    expect(sockets.filter((socket) => socket.destroyed)).toEqual([]);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});
