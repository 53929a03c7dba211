import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Scope } from '../../../src/application/ports/api-keys.js';
import { scopes } from '../../../src/application/ports/api-keys.js';
import type { RunningServer } from './running-server.js';
import { allScopesSecret, startServer } from './running-server.js';

/** Who may do what. A route that is not here fails; so does one whose scope has changed. */
const allowed: Readonly<Record<string, Scope | 'public'>> = {
  'POST /v1/payments': 'payments:write',
  'GET /v1/payments': 'payments:read',
  'GET /v1/payments/:id': 'payments:read',
  'GET /v1/payments/:id/receipt': 'payments:read',
  'POST /v1/payments/:id/confirm': 'payments:write',
  'POST /v1/payments/:id/capture': 'payments:write',
  'POST /v1/payments/:id/cancel': 'payments:write',
  'POST /v1/payments/:id/recover': 'payments:write',
  'GET /v1/payments/:id/timeline': 'payments:read',
  'POST /v1/refunds': 'refunds:write',
  'POST /v1/refunds/:id/approve': 'refunds:write',
  'POST /v1/refunds/:id/reject': 'refunds:write',
  'POST /v1/refunds/:id/cancel': 'refunds:write',
  'GET /v1/refunds': 'refunds:read',
  'GET /v1/refunds/:id': 'refunds:read',
  'GET /v1/disputes': 'payments:read',
  'GET /v1/disputes/:id': 'payments:read',
  'POST /v1/credits': 'credits:write',
  'GET /v1/credits': 'credits:read',
  'GET /v1/credits/:id': 'credits:read',
  'POST /v1/credits/:id/revoke': 'credits:write',
  'GET /v1/customers/:id/statement': 'ledger:read',
  'GET /v1/customers/:id/wallet': 'credits:read',
  'GET /v1/customers/:id/wallet/transactions': 'credits:read',
  'POST /v1/invoices': 'invoices:write',
  'GET /v1/invoices': 'invoices:read',
  'GET /v1/invoices/:id': 'invoices:read',
  'PATCH /v1/invoices/:id': 'invoices:write',
  'POST /v1/invoices/:id/finalize': 'invoices:write',
  'POST /v1/invoices/:id/send': 'invoices:write',
  'POST /v1/invoices/:id/void': 'invoices:write',
  'POST /v1/invoices/:id/pay': 'invoices:write',
  'POST /v1/invoices/:id/pay_links': 'invoices:write',
  'POST /v1/invoices/:id/refunds': 'refunds:write',
  'GET /v1/collections': 'invoices:read',
  'GET /v1/collections/:id': 'invoices:read',
  'POST /v1/invoices/:id/mark_uncollectible': 'invoices:write',
  'GET /v1/invoices/:id/timeline': 'invoices:read',
  'GET /v1/invoices/:id/pdf': 'invoices:read',
  'GET /v1/credit_notes/:id/pdf': 'invoices:read',
  'POST /v1/credit_notes': 'invoices:write',
  'GET /v1/credit_notes': 'invoices:read',
  'GET /v1/credit_notes/:id': 'invoices:read',
  'GET /v1/branding': 'branding:read',
  'PUT /v1/branding': 'branding:write',
  'GET /v1/branding/preview': 'branding:read',
  'POST /v1/invoice_templates': 'branding:write',
  'GET /v1/invoice_templates': 'branding:read',
  'GET /v1/invoice_templates/:id': 'branding:read',
  'PATCH /v1/invoice_templates/:id': 'branding:write',
  'GET /v1/invoice_templates/:id/preview': 'branding:read',
  'GET /v1/analytics/aging': 'invoices:read',
  'POST /v1/customers': 'customers:write',
  'GET /v1/customers': 'customers:read',
  'GET /v1/customers/:id': 'customers:read',
  'PATCH /v1/customers/:id': 'customers:write',
  'PUT /v1/customers/:id/preferences': 'customers:write',
  'PUT /v1/customers/:id/billing_address': 'customers:write',
  'PUT /v1/customers/:id/tax_ids': 'customers:write',
  'POST /v1/customers/:id/setup_intents': 'customers:write',
  'GET /v1/customers/:id/setup_intents/:setup': 'customers:read',
  'GET /v1/customers/:id/payment_methods': 'customers:read',
  'GET /v1/customers/:id/payment_methods/:pm': 'customers:read',
  'PUT /v1/customers/:id/payment_methods/:pm/default': 'customers:write',
  'DELETE /v1/customers/:id/payment_methods/:pm': 'customers:write',
  'DELETE /v1/customers/:id/portal_sessions': 'customers:write',
  'POST /v1/portal_sessions': 'customers:write',
  'GET /v1/inbound_webhooks': 'webhooks:read',
  'GET /v1/inbound_webhooks/:id': 'webhooks:read',
  'POST /v1/inbound_webhooks/replay': 'webhooks:write',
  'POST /v1/inbound_webhooks/:id/ignore': 'webhooks:write',
  'POST /v1/inbound_webhooks/:id/replay': 'webhooks:write',
  'GET /v1/events': 'audit:read',
  'GET /v1/events/:id': 'audit:read',
  'GET /v1/streams/:stream/events': 'audit:read',
  'GET /v1/audit/log': 'audit:read',
  'GET /v1/audit/state': 'audit:read',
  'POST /v1/audit/replays': 'audit:write',
  'GET /v1/audit/export': 'audit:read',
  'POST /v1/audit/integrity_checks': 'audit:write',
  'GET /v1/audit/integrity_checks': 'audit:read',
  'GET /v1/audit/integrity_checks/:id': 'audit:read',
  'GET /v1/audit/replays/:id': 'audit:read',
  'GET /v1/ledger/accounts': 'ledger:read',
  'GET /v1/ledger/accounts/:id/entries': 'ledger:read',
  'GET /v1/ledger/trial_balance': 'ledger:read',
  'GET /v1/limits': 'limits:read',
  'POST /v1/limits/:id/pardon': 'limits:write',
  'GET /v1/alerts': 'alerts:read',
  'POST /v1/alerts': 'alerts:write',
  'POST /v1/alerts/:id/ack': 'alerts:write',
  'GET /v1/alert_rules': 'alerts:read',
  'PUT /v1/alert_rules/:rule': 'alerts:write',
  'GET /v1/health_checks': 'operations:read',
  'GET /v1/projections': 'operations:read',
  'POST /v1/projections/:name/rebuild': 'operations:write',
  'GET /v1/projections/:name/parked': 'operations:read',
  'POST /v1/projections/:name/retry': 'operations:write',
  'GET /v1/jobs': 'operations:read',
  'POST /v1/jobs/:name/run': 'operations:write',
  'GET /v1/breakers': 'operations:read',
  'POST /v1/users': 'users:write',
  'GET /v1/users': 'users:read',
  'GET /v1/users/:id': 'users:read',
  'POST /v1/users/:id/role': 'users:write',
  'POST /v1/users/:id/disable': 'users:write',
  'POST /v1/users/:id/enable': 'users:write',
  'POST /v1/users/:id/link': 'users:write',
  'POST /v1/users/:id/remove_second_step': 'users:write',
  'GET /v1/roles': 'users:read',
  'POST /v1/api_keys/:id/rotate': 'keys:write',
  'POST /v1/orders': 'orders:write',
  'GET /v1/orders': 'orders:read',
  'GET /v1/orders/:id': 'orders:read',
  'POST /v1/orders/:id/transitions': 'orders:write',
  'POST /v1/payment_plans': 'plans:write',
  'POST /v1/payment_plans/preview': 'plans:read',
  'GET /v1/payment_plans': 'plans:read',
  'GET /v1/payment_plans/:id': 'plans:read',
  'POST /v1/payment_plans/:id/reschedule': 'plans:write',
  'POST /v1/payment_plans/:id/prepay': 'plans:write',
  'POST /v1/payment_plans/:id/milestones': 'plans:write',
  'POST /v1/payment_plans/:id/pause': 'plans:write',
  'POST /v1/payment_plans/:id/resume': 'plans:write',
  'POST /v1/payment_plans/:id/cancel': 'plans:write',
  'POST /v1/manual_payments': 'manual_payments:write',
  'GET /v1/manual_payments': 'manual_payments:read',
  'GET /v1/manual_payments/:id': 'manual_payments:read',
  'POST /v1/manual_payments/:id/verify': 'manual_payments:write',
  'POST /v1/manual_payments/:id/reject': 'manual_payments:write',
  'POST /v1/manual_payments/:id/reverse': 'manual_payments:write',
  'GET /v1/notifications': 'notifications:read',
  'GET /v1/notifications/:id': 'notifications:read',
  'POST /v1/notifications/:id/resend': 'notifications:write',
  'GET /v1/notification_templates': 'notifications:read',
  'GET /v1/notification_templates/:kind/:language': 'notifications:read',
  'PUT /v1/notification_templates/:kind/:language': 'notifications:write',
  'DELETE /v1/notification_templates/:kind/:language': 'notifications:write',
  'POST /v1/notification_templates/:kind/:language/preview': 'notifications:read',
  'POST /v1/api_keys': 'keys:write',
  'GET /v1/api_keys': 'keys:read',
  'POST /v1/api_keys/:id/revoke': 'keys:write',
  'GET /sim/clock': 'operations:read',
  'POST /sim/clock': 'operations:write',
  'GET /v1/config/check': 'config:read',
  'GET /api/stripe/test-config': 'config:read',
  'GET /metrics': 'operations:read',
  'GET /health/live': 'public',
  'GET /health/ready': 'public',
  'GET /health/payments': 'public',
  'GET /': 'public',
  'GET /openapi.json': 'public',
  'GET /docs': 'public',
  'GET /docs/:asset': 'public',
  'GET /runbook': 'public',
  'GET /runbook/:section': 'public',
};

const examples: Readonly<Record<string, string>> = {
  ':id': 'pay_0193f1a0-0000-7000-8000-00000000dead',
  ':setup': 'pms_0193f1a0-0000-7000-8000-00000000dead',
  ':pm': 'pm_1',
  ':stream': 'payment-1',
  ':name': 'ledger',
  ':asset': 'start.js',
  ':section': 'projections',
  ':kind': 'receipt',
  ':language': 'de',
};
const kept = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'strict-transport-security': expect.stringMatching(/^max-age=\d{7,}/),
};
const addressOf = (path: string): string => path.replace(/:\w+/g, (name) => examples[name] ?? name);
const secretOf = (scope: Scope): string => `sk_test_${scope.replace(':', '_')}0000000000`;

type Layer = {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
};

describe('the routes', () => {
  let app: RunningServer;
  beforeAll(async () => {
    app = await startServer();
    for (const scope of scopes) app.addKey(secretOf(scope), [scope]);
  });
  afterAll(() => app.stop());

  /** What Express really has, by its own account; pages for people have a table of their own. */
  function mounted(): readonly string[] {
    const { stack } = app.http.app.router as unknown as { readonly stack: readonly Layer[] };
    const pages = new Set(['/assets/:version/:name', ...app.http.pages.map(({ path }) => path)]);
    const api = stack.filter(({ route }) => !pages.has(route?.path ?? ''));
    return api.flatMap(({ route }) =>
      Object.keys(route?.methods ?? {})
        .filter((method) => method !== '_all')
        .map((method) => `${method.toUpperCase()} ${route?.path}`),
    );
  }

  it('are those on the list', () => {
    expect([...mounted()].sort()).toEqual(Object.keys(allowed).sort());
  });

  it('are all in the OpenAPI document', async () => {
    const { body } = await app.as(null).get('/openapi.json');
    expect(body['openapi']).toBe('3.1.0');
    const documented = Object.entries(body['paths'] as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    );
    const webhooks = ['POST /webhooks/stripe', 'POST /api/stripe/webhook'];
    expect(documented.sort()).toEqual([...mounted(), ...webhooks].sort());
  });

  it('are documented with the schemas they validate with', async () => {
    const { body } = await app.as(null).get('/openapi.json');
    const { schemas } = body['components'] as { schemas: Record<string, Record<string, unknown>> };
    expect(schemas['CreatePayment']).toMatchObject({
      additionalProperties: false,
      required: ['amount', 'currency'],
      properties: { amount: { type: 'integer', format: 'int64', minimum: 1 }, currency: { type: 'string' } },
    });
    expect(Object.keys(schemas)).toEqual(expect.arrayContaining(['Payment', 'Refund', 'Event', 'Problem']));
  });

  const protectedRoutes = Object.entries(allowed).filter(([, scope]) => scope !== 'public');

  it.each(protectedRoutes)('%s is for %s alone', async (route, needed) => {
    const [method = '', path = ''] = route.split(' ');
    const send = (secret: string | null) =>
      app.as(secret).send(method, addressOf(path), method === 'GET' ? '' : '{}', {
        'content-type': 'application/json',
        'idempotency-key': `${route}`,
      });
    for (const scope of scopes) {
      const answer = await send(secretOf(scope));
      if (scope === needed) expect([401, 403]).not.toContain(answer.status);
      else expect([scope, answer.status, answer.body['code']]).toEqual([scope, 403, 'insufficient_scope']);
    }
    const without = await send(null);
    expect([without.status, without.headers['www-authenticate']]).toEqual([401, 'Bearer']);
  });

  it('replays are kept in place of the live read models only by those who may operate', async () => {
    const replay = (scope: Scope | null, body: object) =>
      app.as(scope === null ? allScopesSecret : secretOf(scope)).post('/v1/audit/replays', body);
    expect((await replay('audit:write', {})).status).toBe(200);
    const refused = await replay('audit:write', { swap: true });
    expect([refused.status, refused.body['code']]).toEqual([403, 'insufficient_scope']);
    expect((await replay(null, { projection: 'ledger', swap: true })).status).toBe(200);
  });

  it('security 68: no answer to somebody with a key is kept, guessed at, or asked for in the clear', async () => {
    for (const [route, scope] of protectedRoutes) {
      const [method = '', path = ''] = route.split(' ');
      // One that is allowed, one that is refused, and one that is nobody's.
      for (const secret of [secretOf(scope as Scope), secretOf('keys:read'), null]) {
        const answer = await app.as(secret).send(method, addressOf(path), method === 'GET' ? '' : '{}', {
          ...{ 'content-type': 'application/json', 'idempotency-key': `68 ${route} ${secret}` },
        });
        expect([route, answer.headers]).toEqual([route, expect.objectContaining(kept)]);
        expect([route, answer.headers['x-powered-by']]).toEqual([route, undefined]);
      }
    }
  });

  it('security 58: no id leads out of where things are kept', async () => {
    const withIds = Object.keys(allowed).filter((route) => route.startsWith('GET ') && route.includes(':'));
    expect(withIds.length).toBeGreaterThan(20);
    for (const way of [
      '..%2f..%2f..%2f..%2fpackage.json',
      '..%5c..%5cpackage.json',
      '%2fetc%2fpasswd',
      '%00',
    ]) {
      for (const route of withIds) {
        const answer = await app.api.get(route.slice(4).replace(/:\w+/g, way));
        expect([route, way, [400, 404].includes(answer.status)]).toEqual([route, way, true]);
        expect(answer.text).not.toMatch(/root:|"dependencies"/);
      }
    }
  });

  it.each(Object.entries(allowed).filter(([, scope]) => scope === 'public'))(
    '%s needs no key',
    async (route) => {
      const answer = await app.as(null).get(addressOf(route.slice(4)));
      expect(answer.status).toBe(200);
    },
  );
});

describe('API keys', () => {
  let app: RunningServer;
  beforeAll(async () => {
    app = await startServer();
    app.addKey('sk_live_thewrongmode00000000000', scopes, true);
    app.addKey('sk_test_revoked00000000000000', scopes);
    const revoked = app.apiKeys.keys.get('sk_test_revoked00000000000000');
    if (revoked !== undefined) {
      app.apiKeys.keys.set('sk_test_revoked00000000000000', { ...revoked, revokedAt: '2026-01-01' as never });
    }
  });
  afterAll(() => app.stop());

  it.each([
    ['unknown', 'Bearer sk_test_unknown00000000000000'],
    ['revoked', 'Bearer sk_test_revoked00000000000000'],
    ['of the other mode', 'Bearer sk_live_thewrongmode00000000000'],
    ['in lower-case bearer', `bearer ${allScopesSecret}`],
    ['without Bearer', allScopesSecret],
    ['as Basic', `Basic ${Buffer.from(`${allScopesSecret}:`).toString('base64')}`],
    ['empty', 'Bearer '],
    ['not one of ours', 'Bearer eyJhbGciOiJub25lIn0.e30.'],
    ['with something behind it', `Bearer ${allScopesSecret} x`],
  ])('%s -> 401, and why is not told', async (_name, authorization) => {
    const answer = await app.as(null).get('/v1/payments', { authorization });
    expect([answer.status, answer.body['code']]).toEqual([401, 'invalid_api_key']);
    expect(answer.text).not.toContain('sk_test');
  });

  it('in the address is refused, and reported as leaked', async () => {
    for (const path of [`/v1/payments?api_key=${allScopesSecret}`, `/health/live?x=${allScopesSecret}`]) {
      const answer = await app.api.get(path);
      expect([answer.status, answer.body['code']]).toEqual([400, 'api_key_in_query']);
    }
    expect(app.logger.lines.filter(({ level }) => level === 'warn')).toHaveLength(2);
    expect(JSON.stringify(app.logger.lines)).not.toContain(allScopesSecret);
  });
});
