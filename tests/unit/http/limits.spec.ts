import { afterEach, describe, expect, it } from '@jest/globals';
import type { ClientLimits } from '../../../src/application/limit/client-limits.js';
import type { Answer } from '../../support/api-client.js';
import { issueInvoice } from '../../support/issue-invoice.js';
import { unlimited } from '../../support/unlimited.js';
import type { RunningServer } from './running-server.js';
import { allScopesSecret, startServer } from './running-server.js';

/** Slow enough that nothing comes back while a test goes on. */
const strict = { refillSeconds: 3_600, refusalsBorne: 0 };
const patient = { refillSeconds: 3_600, refusalsBorne: 1_000 };
const declined = { amount: 5000, currency: 'USD', payment_method: 'pm_declined', confirm: true };
const visa = { ...declined, payment_method: 'pm_visa' };
const customer = 'cus_0193f1a0-0000-7000-8000-000000000001';

let app: RunningServer;
afterEach(() => app.stop());
const codeOf = ({ status, body }: Answer) => [status, body['code']];
/** A penalty of a minute that began just now, on a machine that may be slow. */
const expectAboutAMinute = (answer: Answer | undefined): void => {
  const wait = Number(answer?.headers['retry-after']);
  expect(wait).toBeGreaterThan(40);
  expect(wait).toBeLessThanOrEqual(60);
};
const limitEvents = async () =>
  (await app.eventStore.readAll(0n, 1000)).filter(({ stream }) => stream.startsWith('limit-'));

describe('what a client may ask in a minute', () => {
  it('is said on every answer, and refused with Retry-After when it is used up', async () => {
    const rule = { ...patient, refillSeconds: 180, limit: 3, limitAlone: 3 };
    app = await startServer({ limitRules: { requests_of_key: rule } });
    const answers = [];
    for (let n = 0; n < 4; n += 1) answers.push(await app.api.get('/v1/payments'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers.map(({ headers }) => headers['ratelimit-remaining'])).toEqual(['2', '1', '0', '0']);
    // A token comes back in a minute, and all three are there again in three.
    const minutes = answers
      .slice(0, 3)
      .map(({ headers }) => Math.ceil(Number(headers['ratelimit-reset']) / 60));
    expect(minutes).toEqual([1, 2, 3]);
    expect(answers.slice(0, 3).map(({ headers }) => headers['retry-after'])).toEqual(
      Array(3).fill(undefined),
    );
    const refused = answers[3];
    expect(refused?.body).toMatchObject({ code: 'rate_limited', retryable: true, status: 429 });
    expect(refused?.headers['content-type']).toContain('application/problem+json');
    expect(refused?.headers['ratelimit-limit']).toBe('3');
    expectAboutAMinute(refused);
    expect(refused?.headers['ratelimit-reset']).toBe(refused?.headers['retry-after']);
  });

  it('is counted for each key and each address, whatever comes of the request', async () => {
    app = await startServer({
      limitRules: {
        requests_of_key: { ...patient, limit: 2, limitAlone: 2 },
        requests_from_address: { ...patient, limit: 6, limitAlone: 6 },
      },
    });
    app.addKey('sk_test_another00000000000000', ['payments:read']);
    const another = app.as('sk_test_another00000000000000');
    expect((await app.api.get('/v1/payments/pay_nonsense')).status).toBe(404);
    expect((await app.api.get('/v1/payments')).status).toBe(200);
    expect((await app.api.get('/v1/payments')).status).toBe(429);
    expect((await another.get('/v1/refunds')).status).toBe(403);
    expect((await app.as(null).get('/nowhere')).status).toBe(404);
    expect((await app.as(null).get('/v1/payments')).status).toBe(401);
    for (const path of ['/v1/payments', '/nowhere', '/docs']) {
      const answer = await app.as(null).get(path);
      expect(codeOf(answer)).toEqual([429, 'rate_limited']);
      expect(answer.headers['ratelimit-limit']).toBe('6');
    }
  });

  it('leaves health and diagnosis within reach', async () => {
    const one = { ...patient, limit: 1, limitAlone: 1 };
    app = await startServer({ limitRules: { requests_of_key: one, requests_from_address: one } });
    for (let n = 0; n < 5; n += 1) {
      expect((await app.as(null).get('/health/live')).status).toBe(200);
      expect((await app.as(null).get('/health/ready')).status).toBe(200);
      expect((await app.api.get('/v1/config/check')).status).toBe(200);
    }
    await app.api.get('/v1/payments');
    expect((await app.api.get('/v1/payments')).status).toBe(429);
    expect((await app.as(null).get('/health/payments')).status).toBe(200);
  });

  it('is not changed by a forged X-Forwarded-For', async () => {
    app = await startServer({
      limitRules: { requests_from_address: { ...patient, limit: 2, limitAlone: 2 } },
    });
    const from = (address: string) => app.api.get('/v1/payments', { 'x-forwarded-for': address });
    expect((await from('203.0.113.1')).status).toBe(200);
    expect((await from('203.0.113.2')).status).toBe(200);
    expect((await from('203.0.113.3')).status).toBe(429);
  });

  it('is counted by what the trusted proxies say, and by nothing that stands before it', async () => {
    app = await startServer({
      trustedProxies: 1,
      limitRules: { requests_from_address: { ...patient, limit: 1, limitAlone: 1 } },
    });
    const from = (chain: string) => app.api.get('/v1/payments', { 'x-forwarded-for': chain });
    expect((await from('198.51.100.1, 203.0.113.1')).status).toBe(200);
    expect((await from('198.51.100.2, 203.0.113.1')).status).toBe(429);
    expect((await from('198.51.100.1, 203.0.113.2')).status).toBe(200);
  });

  it('leaves nothing under the Idempotency-Key of what it refused', async () => {
    app = await startServer({ limitRules: { requests_of_key: { ...patient, limit: 1, limitAlone: 1 } } });
    await app.api.get('/v1/payments');
    const refused = await app.api.post('/v1/payments', visa, { 'idempotency-key': 'order-1' });
    expect(codeOf(refused)).toEqual([429, 'rate_limited']);
    expect(app.idempotency.kept.size).toBe(0);
  });
});

describe('who goes on as if nothing had been said', () => {
  it('is refused for a minute, then for two, and that is recorded without the address', async () => {
    app = await startServer({
      limitRules: { requests_from_address: { ...strict, refusalsBorne: 2, limit: 1, limitAlone: 1 } },
    });
    const statuses = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await app.as(null).get('/nowhere')).status);
    expect(statuses).toEqual([404, 429, 429, 429]);
    const penalized = await app.as(null).get('/nowhere');
    expect(penalized.body['limit']).toMatch(/^lim_/);
    expectAboutAMinute(penalized);
    const [imposed, ...more] = await limitEvents();
    expect(more).toEqual([]);
    expect(imposed).toMatchObject({
      stream: `limit-${penalized.body['limit']}`,
      type: 'PenaltyImposed',
      data: { kind: 'requests_from_address', subject: null, strike: 1 },
    });
    expect(JSON.stringify(await limitEvents(), (_name, value) => String(value))).not.toContain('127.0.0.1');
    // Whoever is to pardon it must find it: the log of the process has the address, for as long as logs are kept.
    const line = app.logger.lines.find(({ fields }) => fields['limit'] === penalized.body['limit']);
    expect(line?.fields).toMatchObject({ security: true, address: '127.0.0.1' });
  });

  it('is let in again by a pardon, which needs a reason and is recorded', async () => {
    app = await startServer();
    const noisy = 'sk_test_noisy000000000000000';
    app.addKey(noisy, ['payments:read']);
    const key = app.apiKeys.keys.get(noisy)?.id ?? '';
    const id = app.limiting.ids('requests_of_key', key);
    await app.limiting.penalties.impose(id, 'requests_of_key', key, 'req_1');
    expect((await app.as(noisy).get('/v1/payments')).body).toMatchObject({ code: 'rate_limited', limit: id });

    const listed = await app.api.get('/v1/limits');
    expect(listed.body['data']).toEqual([
      expect.objectContaining({ id, object: 'limit', kind: 'requests_of_key', subject: key, strikes: 1 }),
    ]);
    const path = `/v1/limits/${id}/pardon`;
    expect(codeOf(await app.api.post(path, {}))).toEqual([400, 'reason_required']);
    const pardoned = await app.api.post(path, {}, { 'x-reason': 'a load test of theirs, announced' });
    expect(pardoned.status).toBe(200);
    expect(pardoned.body).toMatchObject({ id, status: 'pardoned', strikes: 0 });
    expect((await app.as(noisy).get('/v1/payments')).status).toBe(200);
    expect((await app.api.get('/v1/limits')).body['data']).toEqual([]);
    expect((await limitEvents()).at(-1)).toMatchObject({
      type: 'PenaltyPardoned',
      metadata: { reason: 'a load test of theirs, announced', actor: { kind: 'api_key' } },
    });
  });

  it('is not penalized anew for what the penalty was for, once it is pardoned', async () => {
    app = await startServer({
      limitRules: { requests_of_key: { ...strict, refusalsBorne: 3, limit: 1, limitAlone: 1 } },
    });
    const answers = [];
    for (let n = 0; n < 6; n += 1) answers.push(await app.api.get('/v1/payments'));
    const id = answers.at(-1)?.body['limit'];
    expect(id).toMatch(/^lim_/);
    // By the key that is refused everywhere else: an operator may have no other.
    const pardon = await app.api.post(`/v1/limits/${id}/pardon`, {}, { 'x-reason': 'it was us' });
    expect(pardon.status).toBe(200);
    const refused = await app.api.get('/v1/payments');
    expect([refused.status, refused.body['limit']]).toEqual([429, undefined]);
  });

  it('has to be known to be pardoned', async () => {
    app = await startServer();
    const answer = await app.api.post(
      '/v1/limits/lim_0193f1a0-0000-8000-8000-000000000001/pardon',
      {},
      { 'x-reason': 'why not' },
    );
    expect(codeOf(answer)).toEqual([404, 'resource_missing']);
  });
});

describe('whoever guesses API keys', () => {
  const guess = (n: number) => `sk_test_guessed0_${String(n).padStart(12, '0')}`;

  it('is refused after ten in a minute, and locks out nobody with another key', async () => {
    app = await startServer({
      limitRules: { bad_keys_from_address: { ...strict, limit: 10, limitAlone: 5 } },
    });
    app.addKey(guess(12), ['payments:read']);
    const answers = [];
    for (let n = 0; n < 12; n += 1) answers.push(await app.as(guess(n)).get('/v1/payments'));
    expect(answers.map(({ status }) => status)).toEqual([...Array(10).fill(401), 429, 429]);
    expectAboutAMinute(answers[10]);
    // The right one comes too late.
    expect((await app.as(guess(12)).get('/v1/payments')).status).toBe(429);
    expect((await app.as('sk_test_othersec_00000000000').get('/v1/payments')).status).toBe(401);
    expect((await app.api.get('/v1/payments')).status).toBe(200);
    const events = await limitEvents();
    expect(events.map(({ data }) => data['kind'])).toEqual(['bad_keys_from_address']);
    expect(JSON.stringify([events, app.logger.lines], (_name, value) => String(value))).not.toContain(
      'guessed0',
    );
  });

  it('cannot do so at the routes that nothing else limits', async () => {
    app = await startServer({
      limitRules: { bad_keys_from_address: { ...strict, limit: 2, limitAlone: 2 } },
    });
    const statuses = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await app.as(guess(n)).get('/v1/config/check')).status);
    expect(statuses).toEqual([401, 401, 429, 429]);
  });
});

describe('bad signatures of webhooks', () => {
  const send = (signature: string) =>
    app.as(null).send('POST', '/webhooks/stripe', '{}', {
      'content-type': 'application/json',
      'stripe-signature': signature,
    });

  it('are refused longer after some in a minute, and good ones from the same address never', async () => {
    app = await startServer({
      limitRules: {
        bad_signatures_from_address: { ...strict, limit: 3, limitAlone: 3 },
        requests_from_address: { ...strict, limit: 1, limitAlone: 1 },
      },
    });
    const bad = [];
    for (let n = 0; n < 5; n += 1) bad.push(await send('bad'));
    expect(bad.map(({ status }) => status)).toEqual([400, 400, 400, 429, 429]);
    expect(bad[4]?.body).toMatchObject({ code: 'rate_limited', retryable: true });
    expectAboutAMinute(bad[4]);
    for (let n = 0; n < 50; n += 1) expect((await send('good')).status).toBe(200);
    expect(app.webhooks).toHaveLength(50);
    expect((await limitEvents()).map(({ data }) => data['kind'])).toEqual(['bad_signatures_from_address']);
  });
});

describe('who tries one card after the other', () => {
  const rule = { refillSeconds: 3600, refusalsBorne: 0, limit: 3, limitAlone: 3 };

  it('is refused for the customer, before anything is recorded or asked of the provider', async () => {
    app = await startServer({ limitRules: { declines_of_customer: rule } });
    await app.customers.register(customer);
    const attempts = [];
    for (let n = 0; n < 5; n += 1)
      attempts.push(await app.api.post('/v1/payments', { ...declined, customer }));
    expect(attempts.map(({ status }) => status)).toEqual([402, 402, 402, 402, 429]);
    const blocked = attempts[4];
    expect(blocked?.body).toMatchObject({ code: 'card_testing_suspected', retryable: true });
    expect(Number(blocked?.headers['retry-after'])).toBeGreaterThan(0);
    expect(app.gateway.calls).toHaveLength(4);
    const events = await app.eventStore.readAll(0n, 1000);
    expect(events.filter(({ type }) => type === 'PaymentCreated')).toHaveLength(4);
    expect((await limitEvents()).map(({ data }) => data)).toEqual([
      expect.objectContaining({ kind: 'declines_of_customer', subject: customer, strike: 1 }),
    ]);
    // Not even a good card is tried, for whoever tests cards looks for the good one; other customers pay.
    expect((await app.api.post('/v1/payments', { ...visa, customer })).status).toBe(429);
    expect((await app.api.post('/v1/payments', visa)).status).toBe(201);
  });

  it('is refused at the confirmation of a payment made before', async () => {
    app = await startServer({ limitRules: { declines_of_customer: rule } });
    await app.customers.register(customer);
    const waiting = await app.api.post('/v1/payments', { amount: 5000, currency: 'USD', customer });
    const path = `/v1/payments/${waiting.body['id']}/confirm`;
    const statuses = [];
    for (let n = 0; n < 5; n += 1) {
      statuses.push((await app.api.post(path, { payment_method: 'pm_declined' })).status);
    }
    expect(statuses).toEqual([402, 402, 402, 402, 429]);
    expect(app.gateway.calls).toHaveLength(4);
  });

  it('is refused at an invoice too, and counted together with what was tried for payments', async () => {
    app = await startServer({ limitRules: { declines_of_customer: { ...rule, limit: 4, limitAlone: 4 } } });
    await app.customers.register(customer);
    const invoice = String((await issueInvoice(app.api, customer, 5_000)).body['id']);
    const pay = (...tenders: readonly object[]) => app.api.post(`/v1/invoices/${invoice}/pay`, { tenders });
    const bad = { type: 'card', payment_method: 'pm_declined' };
    expect((await pay(bad)).status).toBe(402);
    // The same list of cards goes on where it had been tried for payments.
    expect((await app.api.post('/v1/payments', { ...declined, customer })).status).toBe(402);
    for (let n = 0; n < 3; n += 1) expect((await pay(bad)).status).toBe(402);
    const before = await app.eventStore.head();
    const blocked = await pay(bad);
    expect(codeOf(blocked)).toEqual([429, 'card_testing_suspected']);
    expect(await app.eventStore.head()).toBe(before);
    expect(app.gateway.calls.filter((call) => call.startsWith('confirm'))).toHaveLength(5);
    // Not even a good card is tried; what is no card is let through to the collection's own rules.
    expect((await pay({ type: 'card', payment_method: 'pm_visa' })).status).toBe(429);
    expect(codeOf(await pay({ type: 'credit' }))[0]).not.toBe(429);
    const other = 'cus_0193f1a0-0000-7000-8000-000000000002';
    await app.customers.register(other);
    const theirs = String((await issueInvoice(app.api, other, 5_000)).body['id']);
    const paid = await app.api.post(`/v1/invoices/${theirs}/pay`, {
      tenders: [{ type: 'card', payment_method: 'pm_visa' }],
    });
    expect(paid.status).toBe(201);
  });

  it('is refused by address, whatever customers are named', async () => {
    app = await startServer({ limitRules: { declines_from_address: rule } });
    const statuses = [];
    for (let n = 0; n < 5; n += 1) {
      const named = `cus_0193f1a0-0000-7000-8000-00000000000${n}`;
      await app.customers.register(named);
      statuses.push((await app.api.post('/v1/payments', { ...declined, customer: named })).status);
    }
    expect(statuses).toEqual([402, 402, 402, 402, 429]);
  });

  it('has a refusal that is not kept: the same request may be sent later', async () => {
    app = await startServer({ limitRules: { declines_of_customer: { ...rule, limit: 1, limitAlone: 1 } } });
    await app.customers.register(customer);
    for (let n = 0; n < 2; n += 1) await app.api.post('/v1/payments', { ...declined, customer });
    const key = { 'idempotency-key': 'order-2' };
    const refused = await app.api.post('/v1/payments', { ...visa, customer }, key);
    expect(codeOf(refused)).toEqual([429, 'card_testing_suspected']);
    const [limit] = await limitEvents();
    const id = limit?.stream.slice('limit-'.length);
    await app.api.post(`/v1/limits/${id}/pardon`, {}, { 'x-reason': 'they mistyped' });
    expect((await app.api.post('/v1/payments', { ...visa, customer }, key)).status).toBe(201);
  });

  it('is not whoever is declined now and then among payments that succeed', async () => {
    app = await startServer({ limitRules: { declines_of_customer: rule } });
    await app.customers.register(customer);
    for (let n = 0; n < 3; n += 1) {
      expect((await app.api.post('/v1/payments', { ...declined, customer })).status).toBe(402);
      expect((await app.api.post('/v1/payments', { ...visa, customer })).status).toBe(201);
    }
  });
});

describe('a limiter that fails', () => {
  const broken: ClientLimits = {
    spend: () => {
      throw new TypeError('a bug');
    },
    refusalBy: () => undefined,
  };

  it('lets reads pass, and no write', async () => {
    app = await startServer({ limits: broken });
    expect((await app.api.get('/v1/payments')).status).toBe(200);
    const write = await app.api.post('/v1/payments', visa);
    expect(codeOf(write)).toEqual([503, 'unavailable']);
    expect(write.headers['retry-after']).toBe('1');
    expect(write.text).not.toContain('a bug');
    expect(app.gateway.calls).toEqual([]);
    expect(await app.eventStore.head()).toBe(0n);
    expect(app.logger.lines.filter(({ fields }) => fields['alert'] === true)).not.toHaveLength(0);
  });

  it('lets no attempt pass whose declines cannot be looked at', async () => {
    const { spend } = unlimited;
    const refusalBy: ClientLimits['refusalBy'] = (kind) => {
      if (kind === 'declines_from_address') throw new TypeError('a bug');
      return undefined;
    };
    app = await startServer({ limits: { spend, refusalBy } });
    expect(codeOf(await app.api.post('/v1/payments', visa))).toEqual([503, 'unavailable']);
    expect(app.gateway.calls).toEqual([]);
    expect(await app.eventStore.head()).toBe(0n);
  });

  it('says no to a wrong key all the same', async () => {
    app = await startServer({ limits: broken });
    expect((await app.as('sk_test_wrong000000000000000').get('/v1/payments')).status).toBe(401);
    expect((await app.as(allScopesSecret).get('/v1/payments')).status).toBe(200);
  });

  it('tells of a decline that it could not count', async () => {
    const refusalBy = unlimited.refusalBy;
    const spend: ClientLimits['spend'] = (kind, ...rest) => {
      if (kind.startsWith('declines')) throw new TypeError('a bug');
      return unlimited.spend(kind, ...rest);
    };
    app = await startServer({ limits: { spend, refusalBy } });
    expect((await app.api.post('/v1/payments', declined)).status).toBe(402);
  });
});
