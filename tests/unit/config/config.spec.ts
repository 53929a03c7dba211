import { describe, expect, it } from '@jest/globals';
import { InvalidConfig, readConfig } from '../../../src/config.js';

const live = {
  STRIPE_SECRET_KEY: 'sk_live_0123456789abcdef',
  STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdef',
  DATABASE_URL: 'postgres://counterfoil:secret@db:5432/counterfoil?sslmode=verify-full',
  COUNTERFOIL_BOOTSTRAP_API_KEY: `sk_live_${'a'.repeat(32)}`,
};

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    for (const { problem, mend } of error.problems) {
      expect(problem).not.toBe('');
      expect(mend).not.toBe('');
    }
    return error.problems.map(({ variable }) => variable);
  }
}

describe('the configuration', () => {
  it('needs nothing for the demo', () => {
    expect(readConfig({})).toMatchObject({
      mode: 'demo',
      port: 4280,
      databaseUrl: null,
      eventStoreUrl: null,
    });
  });

  it('mails digests and alerts to whom it is told, and in a demo to its own inbox', () => {
    const reportsTo = (environment: Record<string, string>) => readConfig(environment).mail.reports.to;
    const alertsTo = (environment: Record<string, string>) => readConfig(environment).mail.alertsTo;
    expect(alertsTo({})).toEqual(['operators@counterfoil.localhost']);
    expect(alertsTo({ COUNTERFOIL_ALERTS_TO: 'ops@acme.example' })).toEqual(['ops@acme.example']);
    expect(alertsTo(live)).toEqual([]);
    expect(reportsTo({})).toEqual(['operators@counterfoil.localhost']);
    expect(reportsTo(live)).toEqual([]);
    expect(reportsTo({ ...live, COUNTERFOIL_REPORTS_TO: 'a@acme.example, b@acme.example' })).toEqual([
      'a@acme.example',
      'b@acme.example',
    ]);
    const sent = { SMTP_URL: 'smtp://mail:25', COUNTERFOIL_MAIL_FROM: 'Acme <a@acme.example>' };
    expect([...reportsTo(sent), ...alertsTo(sent)]).toEqual([]);
    expect(readConfig({}).mail.reports).toMatchObject({ hour: 6, language: 'en' });
  });

  it('takes blank variables for unset ones', () => {
    expect(readConfig({ DATABASE_URL: '', STRIPE_SECRET_KEY: '', PORT: '' }).mode).toBe('demo');
  });

  it('follows the Stripe key into test and live mode', () => {
    expect(readConfig(live).mode).toBe('live');
    const test = {
      STRIPE_SECRET_KEY: 'sk_test_0123456789abcdef',
      STRIPE_WEBHOOK_SECRET: live.STRIPE_WEBHOOK_SECRET,
    };
    expect(readConfig(test).mode).toBe('test');
  });

  it('has a console in the demo only, unless it is asked for', () => {
    const test = {
      STRIPE_SECRET_KEY: 'sk_test_0123456789abcdef',
      STRIPE_WEBHOOK_SECRET: live.STRIPE_WEBHOOK_SECRET,
    };
    const isOn = (environment: Record<string, string>) => readConfig(environment).console.on;
    expect([isOn({}), isOn(test), isOn(live)]).toEqual([true, false, false]);
    expect(isOn({ COUNTERFOIL_CONSOLE: 'off' })).toBe(false);
    expect(isOn({ ...test, COUNTERFOIL_CONSOLE: 'on' })).toBe(true);
  });

  it('has the console beside the API, or at a port of its own on loopback', () => {
    const listenOf = (environment: Record<string, string>) => readConfig(environment).console.listen;
    expect(listenOf({})).toBeNull();
    expect(listenOf({ HOST: '0.0.0.0', COUNTERFOIL_CONSOLE_PORT: '4281' })).toEqual({
      host: '127.0.0.1',
      port: 4281,
    });
    for (const port of ['4280', '65536', '-1', 'http']) {
      expect(problemsOf({ COUNTERFOIL_CONSOLE_PORT: port })).toEqual(['COUNTERFOIL_CONSOLE_PORT']);
    }
    const operated = { ...live, COUNTERFOIL_CONSOLE: 'on', COUNTERFOIL_SECRET_KEY: 'a'.repeat(64) };
    expect(problemsOf({ ...operated, COUNTERFOIL_CONSOLE_URL: 'http://ops.example' })).toEqual([
      'COUNTERFOIL_CONSOLE_URL',
    ]);
    expect(problemsOf({ ...operated, COUNTERFOIL_CONSOLE_URL: 'http://127.0.0.1:4281' })).toEqual([]);
    expect(readConfig({ COUNTERFOIL_CONSOLE_URL: 'https://ops.example/' }).console.url).toBe(
      'https://ops.example',
    );
  });

  describe('of an identity provider', () => {
    const oidc = {
      COUNTERFOIL_OIDC_ISSUER: 'https://id.example/realms/acme',
      COUNTERFOIL_OIDC_CLIENT_ID: 'counterfoil',
      COUNTERFOIL_OIDC_CLIENT_SECRET: 'secret',
      COUNTERFOIL_OIDC_ROLES: 'ledger team = finance,a=b=owner',
    };

    it('is all of it or nothing', () => {
      expect(readConfig({}).oidc).toBeNull();
      expect(readConfig(oidc).oidc).toEqual({
        issuer: 'https://id.example/realms/acme',
        clientId: 'counterfoil',
        clientSecret: 'secret',
        name: 'id.example',
        scope: 'openid profile email',
        rolesClaim: 'groups',
        roles: [
          { value: 'ledger team', role: 'finance' },
          { value: 'a=b', role: 'owner' },
        ],
      });
      for (const [name, value] of Object.entries(oidc)) {
        const others = Object.keys(oidc).filter((other) => other !== name);
        expect(problemsOf({ ...oidc, [name]: '' })).toEqual([name]);
        expect(problemsOf({ [name]: value })).toEqual(others);
      }
    });

    it.each([
      ['COUNTERFOIL_OIDC_ISSUER', 'http://id.example'],
      ['COUNTERFOIL_OIDC_ISSUER', 'https://id.example?tenant=1'],
      ['COUNTERFOIL_OIDC_ISSUER', 'https://user:pass@id.example'],
      ['COUNTERFOIL_OIDC_ISSUER', 'id.example'],
      ['COUNTERFOIL_OIDC_ROLES', 'finance'],
      ['COUNTERFOIL_OIDC_ROLES', 'team=admin'],
      ['COUNTERFOIL_OIDC_ROLES', '=owner'],
      ['COUNTERFOIL_OIDC_SCOPE', 'profile email'],
    ])('takes no %s of %s', (name, value) => {
      expect(problemsOf({ ...oidc, [name]: value })).toEqual([name]);
    });

    it('may be in the clear on this machine', () => {
      expect(problemsOf({ ...oidc, COUNTERFOIL_OIDC_ISSUER: 'http://127.0.0.1:9000' })).toEqual([]);
    });
  });

  it('says per currency what a manual payment may be short by, which is nothing by default', () => {
    const toleranceOf = (value: string) => {
      const { of, others } = readConfig({ COUNTERFOIL_SHORT_PAYMENT_TOLERANCE: value }).shortPaymentTolerance;
      return [others, Object.fromEntries(of)];
    };
    expect(toleranceOf('')).toEqual([null, {}]);
    expect(toleranceOf('50,JPY:100')).toEqual([50, { JPY: 100 }]);
  });

  it('says per currency from when on a refund takes two people, and by default in the demo history only', () => {
    const from = (value: string, more: Record<string, string> = {}) => {
      const { of, others } = readConfig({
        COUNTERFOIL_REFUND_APPROVAL_FROM: value,
        ...more,
      }).refundApprovalFrom;
      return [others, Object.fromEntries(of)];
    };
    expect(from('')).toEqual([null, {}]);
    expect(from('0')).toEqual([0, {}]);
    expect(from('1000, JPY:150000')).toEqual([1_000, { JPY: 150_000 }]);
    expect(from('USD:500')).toEqual([null, { USD: 500 }]);
    const demo = { COUNTERFOIL_DEMO_HISTORY: 'on' };
    expect(from('', demo)).toEqual([1_000, { JPY: 150_000 }]);
    expect(from('EUR:1', demo)).toEqual([null, { EUR: 1 }]);
  });

  it('asks for a key of its own where live users sign in', () => {
    const console = { ...live, COUNTERFOIL_CONSOLE: 'on' };
    expect(problemsOf(console)).toEqual(['COUNTERFOIL_SECRET_KEY']);
    expect(problemsOf({ ...console, COUNTERFOIL_SECRET_KEY: 'a'.repeat(63) })).toEqual([
      'COUNTERFOIL_SECRET_KEY',
    ]);
    expect(problemsOf({ ...console, COUNTERFOIL_SECRET_KEY: 'a'.repeat(64) })).toEqual([]);
  });

  it('takes two webhook secrets during a rotation', () => {
    const both = 'whsec_new456789abcdef, whsec_old456789abcdef';
    expect(readConfig({ ...live, STRIPE_WEBHOOK_SECRET: both }).stripe.webhookSecrets).toEqual([
      'whsec_new456789abcdef',
      'whsec_old456789abcdef',
    ]);
  });

  it("keeps to Stripe's limits with Stripe, and to none with a stand-in unless it is told one", () => {
    const test = {
      STRIPE_SECRET_KEY: 'sk_test_0123456789abcdef',
      STRIPE_WEBHOOK_SECRET: live.STRIPE_WEBHOOK_SECRET,
    };
    const standIn = { ...test, STRIPE_API_BASE: 'http://127.0.0.1:12111' };
    const limitOf = (environment: Record<string, string>) => readConfig(environment).stripe.rateLimit;
    expect(limitOf({})).toBeNull();
    expect(limitOf(test)).toEqual({ total: 25, perEndpoint: 25 });
    expect(limitOf(live)).toEqual({ total: 100, perEndpoint: 25 });
    expect(limitOf(standIn)).toBeNull();
    expect(limitOf({ ...standIn, STRIPE_RATE_LIMIT_PER_SECOND: '10' })).toEqual({
      total: 10,
      perEndpoint: 10,
    });
    expect(limitOf({ ...live, STRIPE_RATE_LIMIT_PER_SECOND: '0' })).toBeNull();
    expect(problemsOf({ STRIPE_RATE_LIMIT_PER_SECOND: 'many' })).toEqual(['STRIPE_RATE_LIMIT_PER_SECOND']);
  });

  it('says how documents are numbered', () => {
    expect(readConfig({}).invoicing).toEqual({
      timeZone: 'UTC',
      invoiceNumbers: { prefix: 'INV', withYear: true, width: 6 },
      creditNoteNumbers: { prefix: 'CN', withYear: true, width: 6 },
    });
    const own = { COUNTERFOIL_INVOICE_NUMBERS: 'R.26-{4}', COUNTERFOIL_TIME_ZONE: 'Pacific/Kiritimati' };
    expect(readConfig(own).invoicing).toMatchObject({
      timeZone: 'Pacific/Kiritimati',
      invoiceNumbers: { prefix: 'R.26', withYear: false, width: 4 },
    });
  });

  it.each<[string, Record<string, string>, string]>([
    ['a zone that no map has', { COUNTERFOIL_TIME_ZONE: 'Mars/Olympus' }, 'COUNTERFOIL_TIME_ZONE'],
    ['numbers without digits', { COUNTERFOIL_INVOICE_NUMBERS: 'INV-{year}' }, 'COUNTERFOIL_INVOICE_NUMBERS'],
    [
      'two kinds of document in one series',
      { COUNTERFOIL_CREDIT_NOTE_NUMBERS: 'INV-{year}-{4}' },
      'COUNTERFOIL_CREDIT_NOTE_NUMBERS',
    ],
    [
      'a live key in demo mode',
      { ...live, COUNTERFOIL_MODE: 'demo', COUNTERFOIL_BOOTSTRAP_API_KEY: '' },
      'STRIPE_SECRET_KEY',
    ],
    [
      'a test key in live mode',
      { ...live, STRIPE_SECRET_KEY: 'sk_test_0123456789abcdef', COUNTERFOIL_MODE: 'live' },
      'STRIPE_SECRET_KEY',
    ],
    [
      'no key in test mode',
      { COUNTERFOIL_MODE: 'test', STRIPE_WEBHOOK_SECRET: live.STRIPE_WEBHOOK_SECRET },
      'STRIPE_SECRET_KEY',
    ],
    ['a key that is none', { ...live, STRIPE_SECRET_KEY: 'hunter2' }, 'STRIPE_SECRET_KEY'],
    ['an empty webhook secret', { ...live, STRIPE_WEBHOOK_SECRET: '' }, 'STRIPE_WEBHOOK_SECRET'],
    ['an empty webhook secret in the demo', { STRIPE_WEBHOOK_SECRET: '' }, 'STRIPE_WEBHOOK_SECRET'],
    [
      'a second secret of nothing',
      { ...live, STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdef,' },
      'STRIPE_WEBHOOK_SECRET',
    ],
    [
      'three secrets',
      { ...live, STRIPE_WEBHOOK_SECRET: Array(3).fill('whsec_0123456789abcdef').join() },
      'STRIPE_WEBHOOK_SECRET',
    ],
    ['a tolerance of 0', { STRIPE_WEBHOOK_TOLERANCE_SECONDS: '0' }, 'STRIPE_WEBHOOK_TOLERANCE_SECONDS'],
    [
      'a tolerance of a day',
      { STRIPE_WEBHOOK_TOLERANCE_SECONDS: '86400' },
      'STRIPE_WEBHOOK_TOLERANCE_SECONDS',
    ],
    ['a live key sent elsewhere', { ...live, STRIPE_API_BASE: 'http://127.0.0.1:12111' }, 'STRIPE_API_BASE'],
    ['live money on the embedded database', { ...live, DATABASE_URL: '' }, 'DATABASE_URL'],
    ['a database of another make', { DATABASE_URL: 'mysql://db/x' }, 'DATABASE_URL'],
    ['an event store without its scheme', { EVENTSTORE_URL: 'localhost:2113' }, 'EVENTSTORE_URL'],
    ['a port of words', { PORT: 'http' }, 'PORT'],
    ['a port that does not exist', { PORT: '65536' }, 'PORT'],
    [
      'an API key that is too short',
      { COUNTERFOIL_BOOTSTRAP_API_KEY: 'sk_test_short' },
      'COUNTERFOIL_BOOTSTRAP_API_KEY',
    ],
    [
      'a test API key in live mode',
      { ...live, COUNTERFOIL_BOOTSTRAP_API_KEY: `sk_test_${'a'.repeat(32)}` },
      'COUNTERFOIL_BOOTSTRAP_API_KEY',
    ],
    [
      'no API key in live mode',
      { ...live, COUNTERFOIL_BOOTSTRAP_API_KEY: '' },
      'COUNTERFOIL_BOOTSTRAP_API_KEY',
    ],
    [
      'certificate checks switched off',
      { ...live, NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      'NODE_TLS_REJECT_UNAUTHORIZED',
    ],
    ['a trust in every proxy', { COUNTERFOIL_TRUSTED_PROXIES: 'true' }, 'COUNTERFOIL_TRUSTED_PROXIES'],
    [
      'a limit that lets nothing through',
      { COUNTERFOIL_LIMIT_REQUESTS_PER_KEY: '0' },
      'COUNTERFOIL_LIMIT_REQUESTS_PER_KEY',
    ],
    [
      'a limit of words',
      { COUNTERFOIL_LIMIT_DECLINES_PER_CUSTOMER: 'none' },
      'COUNTERFOIL_LIMIT_DECLINES_PER_CUSTOMER',
    ],
    ['a recipient that is no address', { COUNTERFOIL_REPORTS_TO: 'ops' }, 'COUNTERFOIL_REPORTS_TO'],
    ['an hour that no day has', { COUNTERFOIL_REPORTS_HOUR: '24' }, 'COUNTERFOIL_REPORTS_HOUR'],
    ['a language without words', { COUNTERFOIL_REPORTS_LANGUAGE: 'xx' }, 'COUNTERFOIL_REPORTS_LANGUAGE'],
    [
      'a threshold in no currency',
      { COUNTERFOIL_REFUND_APPROVAL_FROM: '1000,XXQ:5' },
      'COUNTERFOIL_REFUND_APPROVAL_FROM',
    ],
    ['an unknown log level', { COUNTERFOIL_LOG_LEVEL: 'loud' }, 'COUNTERFOIL_LOG_LEVEL'],
    ['a mode that does not exist', { COUNTERFOIL_MODE: 'prod' }, 'COUNTERFOIL_MODE'],
  ])('refuses %s by the name of its variable', (_name, environment, variable) => {
    expect(problemsOf(environment)).toEqual([variable]);
  });

  it('names every problem at once, and no secret', () => {
    try {
      readConfig({ PORT: 'x', STRIPE_SECRET_KEY: 'hunter2', REDIS_URL: 'http://x' });
      throw new Error('it started');
    } catch (error) {
      expect(String(error)).toContain('PORT');
      expect(String(error)).toContain('REDIS_URL');
      expect(String(error)).not.toContain('hunter2');
    }
  });
});
