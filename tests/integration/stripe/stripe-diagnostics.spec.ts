import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConfigFinding } from '../../../src/application/ports/config-check.js';
import { neededEvents } from '../../../src/infrastructure/stripe/needed-events.js';
import { stripeApiVersion } from '../../../src/infrastructure/stripe/stripe-client.js';
import type { StripeDiagnosticsOptions } from '../../../src/infrastructure/stripe/stripe-diagnostics.js';
import { diagnoseStripe } from '../../../src/infrastructure/stripe/stripe-diagnostics.js';

const good = {
  id: 'we_1',
  object: 'webhook_endpoint',
  url: 'https://pay.example/webhooks/stripe',
  status: 'enabled',
  api_version: stripeApiVersion as string | null,
  enabled_events: neededEvents,
};

describe('what is said of Stripe', () => {
  let server: Server;
  let endpoints: readonly (typeof good)[];
  let aheadMs: number;
  let keys: readonly string[];
  let endpointsStatus: number;
  beforeEach(async () => {
    [endpoints, aheadMs, keys, endpointsStatus] = [[good], 0, ['sk_test_known'], 200];
    // The two answers of Stripe's that are looked at, with its clock.
    server = createServer(({ url = '', headers }, response) => {
      const known = keys.includes(String(headers.authorization).replace('Bearer ', ''));
      const list = url.startsWith('/v1/webhook_endpoints');
      const status = known ? (list ? endpointsStatus : 200) : 401;
      const body = list ? { object: 'list', has_more: false, data: endpoints } : { object: 'balance' };
      const error = { error: { type: 'invalid_request_error', message: 'No.' } };
      response.writeHead(status, {
        'content-type': 'application/json',
        date: new Date(Date.now() + aheadMs).toUTCString(),
      });
      response.end(JSON.stringify(status === 200 ? body : error));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function diagnose(
    change: Partial<StripeDiagnosticsOptions> = {},
  ): Promise<Readonly<Record<string, ConfigFinding>>> {
    const findings = await diagnoseStripe({
      secretKey: 'sk_test_known',
      apiBase: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      timeoutMs: 20_000,
      webhookSecrets: ['whsec_one', 'whsec_two'],
      webhookToleranceSeconds: 300,
      simulated: false,
      ...change,
    });
    return Object.fromEntries(findings.map((finding) => [finding.name, finding]));
  }
  const statuses = (found: Readonly<Record<string, ConfigFinding>>) =>
    Object.fromEntries(Object.entries(found).map(([name, { status }]) => [name, status]));

  it('is that all is well, where it is, and no secret', async () => {
    const found = await diagnose();
    const ok = 'ok';
    expect(statuses(found)).toEqual({ stripe: ok, clock: ok, webhook_endpoint: ok, webhook_secret: ok });
    expect(found['stripe']?.detail).toContain(`test mode, API version ${stripeApiVersion}`);
    expect(found['webhook_secret']?.detail).toBe('2 secrets, tolerance 300 s');
    expect(JSON.stringify(found)).not.toMatch(/whsec_|sk_test/);
  });

  it('is that the key is not known', async () => {
    const found = await diagnose({ secretKey: 'sk_test_other' });
    expect(statuses(found)).toMatchObject({ stripe: 'fail', webhook_endpoint: 'warn' });
    expect(found['stripe']?.mend).toContain('STRIPE_SECRET_KEY');
    expect(found['clock']).toBeUndefined();
  });

  it.each([
    [-20_000, 'ok'],
    [20_000, 'ok'],
    [-60_000, 'fail'],
    [60_000, 'fail'],
  ])('is, with Stripe’s clock %i ms ahead, that the clock is %s', async (ahead, status) => {
    aheadMs = ahead;
    expect((await diagnose())['clock']).toMatchObject({ status });
  });

  it.each(neededEvents.map((event) => [event]))(
    'names %s where the endpoint does not send it',
    async (event) => {
      endpoints = [{ ...good, enabled_events: neededEvents.filter((each) => each !== event) }];
      expect((await diagnose())['webhook_endpoint']).toMatchObject({
        status: 'fail',
        detail: `not subscribed to ${event}`,
      });
    },
  );

  it('takes an endpoint that sends everything, at either address', async () => {
    endpoints = [{ ...good, url: 'https://pay.example/api/stripe/webhook', enabled_events: ['*'] }];
    expect((await diagnose())['webhook_endpoint']).toMatchObject({ status: 'ok' });
  });

  it.each([null, '2020-08-27'])('names an endpoint of version %s, which would be parked', async (version) => {
    endpoints = [{ ...good, api_version: version }];
    const found = (await diagnose())['webhook_endpoint'];
    expect(found).toMatchObject({ status: 'fail', detail: expect.stringContaining('the endpoint sends') });
    expect(found?.mend).toContain(stripeApiVersion);
  });

  it('warns where no endpoint leads here, and where the key may not read them', async () => {
    endpoints = [
      { ...good, status: 'disabled' },
      { ...good, url: 'https://pay.example/elsewhere' },
    ];
    expect((await diagnose())['webhook_endpoint']).toMatchObject({ status: 'warn' });
    endpointsStatus = 403;
    const found = (await diagnose())['webhook_endpoint'];
    expect(found).toMatchObject({ status: 'warn', mend: expect.stringContaining('restricted key') });
  });

  it.each([
    [[''], '1 of 1 secret'],
    [['whsec_one', ' '], '1 of 2 secrets'],
    [[], 'there is none'],
  ])('names the secrets %j, one of which proves nothing', async (webhookSecrets, detail) => {
    expect((await diagnose({ webhookSecrets }))['webhook_secret']).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining(detail),
    });
  });
});
