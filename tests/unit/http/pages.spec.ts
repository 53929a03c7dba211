import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { csrfTokenOf } from '../../../src/interfaces/http/pages/shared/csrf.js';
import {
  formatMinor,
  formatMoney,
  formatTime,
  readerZone,
} from '../../../src/interfaces/http/pages/shared/format.js';
import type { PageArea } from '../../../src/interfaces/http/pages/shared/page.js';
import { page } from '../../../src/interfaces/http/pages/shared/page.js';
import { refused } from '../../../src/interfaces/http/shared/problem.js';
import { apiClient } from '../../support/api-client.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

type Guest = { readonly name: string; readonly scopes: readonly string[] };

const guests = new Map<string, Guest>([
  ['good-token', { name: 'Ada', scopes: ['payments:read'] }],
  ['weak-token', { name: 'Bob', scopes: [] }],
]);

const area: PageArea<Guest> = {
  name: 'yard',
  path: '/yard',
  layout: '/layouts/plain',
  cookie: { name: 'counterfoil-yard', sameSite: 'Strict' },
  visitorOf: async (token) => guests.get(token),
  allows: (guest, scope) => guest.scopes.includes(scope),
  signInPath: '/yard/door',
  frame: () => ({}),
};

const done: string[] = [];
const data = { detail: '<b>&"\'', status: 0, title: 'x', requestId: '' };
const shown = { kind: 'page', template: '/error', title: 'A yard' } as const;
const yard = {
  pages: [
    page(area, { method: 'get', path: '/yard/door', access: 'anyone', handle: () => ({ ...shown, data }) }),
    page(area, {
      method: 'get',
      path: '/yard/payments',
      access: 'payments:read',
      query: z.strictObject({ status: z.enum(['succeeded']).optional() }),
      handle: ({ visitor }) => ({ ...shown, data: { ...data, detail: visitor.name } }),
    }),
    page(area, {
      method: 'post',
      path: '/yard/work',
      access: 'signed_in',
      form: z.strictObject({ text: z.string().max(20) }),
      back: () => '/yard/payments',
      handle: ({ form }) => {
        if (form.text === 'no') throw refused('amount_refused', { detail: 'Not this.' });
        if (form.text === 'crash') throw new Error('a secret of ours');
        done.push(form.text);
        return { kind: 'redirect', to: '/yard/payments', told: { kind: 'good', text: `Did ${form.text}.` } };
      },
    }),
  ],
};

let server: RunningServer;
const cookie = 'counterfoil-yard=good-token';
const form = { 'content-type': 'application/x-www-form-urlencoded' };

beforeAll(async () => {
  server = await startServer({ furtherPages: [yard] });
});
afterAll(() => server.stop());

function get(path: string, headers: Record<string, string> = {}) {
  return apiClient(server.url, null).get(path, headers);
}

function send(fields: Record<string, string>, headers: Record<string, string> = {}) {
  const body = new URLSearchParams(fields).toString();
  return apiClient(server.url, null).send('POST', '/yard/work', body, { ...form, cookie, ...headers });
}

const token = csrfTokenOf('good-token');

describe('a page', () => {
  it('is HTML that nothing foreign can run in, and that nobody keeps', async () => {
    const { status, headers, text } = await get('/yard/door');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['cache-control']).toBe('no-store');
    const policy = String(headers['content-security-policy']).split(';').sort();
    expect(policy).toEqual(
      [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
      ].sort(),
    );
    expect(headers['x-powered-by']).toBeUndefined();
    expect(text).toContain('TEST: no money moves');
    expect(text).toContain('&lt;b&gt;&amp;&quot;&#39;');
    expect(text).not.toContain('<b>');
  });

  it('gives a cookie that scripts and other sites do not get', async () => {
    const { headers } = await get('/yard/door');
    expect(String(headers['set-cookie'])).toMatch(
      /^counterfoil-yard=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
  });

  it('names the cookie so that only this host can have set it, where a trusted proxy speaks https', async () => {
    const proxied = await startServer({ furtherPages: [yard], trustedProxies: 1 });
    try {
      const { headers } = await apiClient(proxied.url, null).get('/yard/door', {
        'x-forwarded-proto': 'https',
        'x-forwarded-for': '192.0.2.1',
      });
      expect(String(headers['set-cookie'])).toMatch(
        /^__Host-counterfoil-yard=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
      );
    } finally {
      await proxied.stop();
    }
  });

  it('sends to the door who is not signed in, and back afterwards', async () => {
    const { status, headers } = await get('/yard/payments?status=succeeded');
    expect(status).toBe(303);
    expect(headers['location']).toBe('/yard/door?next=%2Fyard%2Fpayments%3Fstatus%3Dsucceeded');
  });

  it('is not for a role without the scope', async () => {
    const { status, text } = await get('/yard/payments', { cookie: 'counterfoil-yard=weak-token' });
    expect(status).toBe(403);
    expect(text).toContain('<h1>Your role may not do this</h1>');
  });

  it('leaves out the filters that are empty, and refuses what it does not know', async () => {
    expect((await get('/yard/payments?status=', { cookie })).status).toBe(200);
    expect((await get('/yard/payments?status=lost', { cookie })).status).toBe(400);
    expect((await get('/yard/payments?status=succeeded&status=succeeded', { cookie })).status).toBe(400);
  });

  it('is a page of its own where there is none, for people; and a problem for programs', async () => {
    const missing = await get('/yard/nothing');
    expect([missing.status, missing.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    expect((await get('/v1/nothing')).headers['content-type']).toMatch(/problem\+json/);
    const method = await apiClient(server.url, null).send('DELETE', '/yard/payments', '', {});
    expect([method.status, method.headers['content-type']]).toEqual([405, 'text/html; charset=utf-8']);
    expect((await get('/yard/%zz')).headers['content-type']).toBe('text/html; charset=utf-8');
  });

  it('says in HTML, too, that too many come', async () => {
    const strict = await startServer({
      furtherPages: [yard],
      limitRules: {
        requests_from_address: { limit: 1, limitAlone: 1, refillSeconds: 60, refusalsBorne: 9 },
      },
    });
    try {
      const client = apiClient(strict.url, null);
      await client.get('/yard/door');
      const { status, headers, text } = await client.get('/yard/door');
      expect(status).toBe(429);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect(text).toContain('<h1>Too many requests</h1>');
    } finally {
      await strict.stop();
    }
  });
});

describe('a form', () => {
  it('is done once, however often it is sent, and the next page tells so once', async () => {
    done.length = 0;
    const fields = { csrf: token, once: 'click-1', text: 'a thing' };
    const first = await send(fields);
    const second = await send(fields);
    expect([first.status, second.status]).toEqual([303, 303]);
    expect([first.headers['location'], second.headers['location']]).toEqual([
      '/yard/payments',
      '/yard/payments',
    ]);
    expect(done).toEqual(['a thing']);
    const told = String(first.headers['set-cookie']).split(';')[0] ?? '';
    const after = await get('/yard/payments', { cookie: `${cookie}; ${told}` });
    expect(after.text).toContain('Did a thing.');
    expect(String(after.headers['set-cookie'])).toMatch(/^counterfoil-told=; Path=\/; .*Max-Age=0/);
  });

  it.each([
    ['without a token', {}, {}],
    ['with the token of another session', { csrf: csrfTokenOf('weak-token') }, {}],
    ['from another site', { csrf: token }, { origin: 'https://evil.example' }],
    ['that the browser calls foreign', { csrf: token }, { 'sec-fetch-site': 'cross-site' }],
  ])('%s does nothing', async (_title, guard: Record<string, string>, headers: Record<string, string>) => {
    done.length = 0;
    const { status, text } = await send({ ...guard, text: 'a thing' }, headers);
    expect(status).toBe(403);
    expect(text).toContain('This form is out of date');
    expect(done).toEqual([]);
  });

  it('that is refused leads back, and says why', async () => {
    for (const text of ['no', 'much longer than twenty characters']) {
      const answer = await send({ csrf: token, once: text.slice(0, 5), text });
      expect(answer.status).toBe(303);
      const told = String(answer.headers['set-cookie']).split(';')[0] ?? '';
      const after = await get('/yard/payments', { cookie: `${cookie}; ${told}` });
      expect(after.text).toMatch(/role="alert">(Not this\.|text: )/);
    }
  });

  it('that breaks something tells nothing of it', async () => {
    const { status, text } = await send({ csrf: token, text: 'crash' });
    expect(status).toBe(500);
    expect(text).toContain('<h1>Something went wrong on our side</h1>');
    expect(text).not.toContain('a secret of ours');
  });

  it('is refused with fields twice, a field too many, or a card number in it', async () => {
    const twice = await apiClient(server.url, null).send(
      'POST',
      '/yard/work',
      `csrf=${token}&text=a&text=b`,
      { ...form, cookie },
    );
    expect(twice.status).toBe(400);
    done.length = 0;
    await send({ csrf: token, text: 'a', role: 'owner' });
    await send({ csrf: token, text: '4242424242424242' });
    expect(done).toEqual([]);
  });

  it('is the only body that a page takes', async () => {
    const { status } = await send({ csrf: token, text: 'a' }, { 'content-type': 'text/plain' });
    expect(status).toBe(415);
  });

  it('of nobody sends to the door', async () => {
    const { status, headers } = await send({ csrf: token, text: 'a' }, { cookie: 'counterfoil-yard=gone' });
    expect([status, headers['location']]).toEqual([303, '/yard/door']);
  });
});

describe('what pages are made of', () => {
  it('is kept for ever under the address of its content, and found nowhere else', async () => {
    const { text } = await get('/yard/door');
    const [style = ''] = /\/assets\/\w+\/style\.css/.exec(text) ?? [];
    const answer = await get(style);
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(answer.headers['content-type']).toBe('text/css; charset=utf-8');
    expect((await get(style.replace(/\w{16}/, '0123456789abcdef'))).status).toBe(404);
    expect((await get(style.replace('style.css', '..%2f..%2fpackage.json'))).status).toBe(404);
  });
});

describe('money and time', () => {
  it('is exact at any size', () => {
    expect(formatMoney({ minor: 123456789012345678901234n, currency: 'USD' })).toBe(
      '1,234,567,890,123,456,789,012.34 USD',
    );
    expect(formatMoney({ minor: -5n, currency: 'USD' })).toBe('\u22120.05 USD');
    expect(formatMoney({ minor: 1234n, currency: 'JPY' })).toBe('1,234 JPY');
    expect(formatMoney({ minor: 1234n, currency: 'KWD' })).toBe('1.234 KWD');
    expect(formatMinor(5n, 'XXX')).toBe('5 minor units of XXX');
  });

  it('is in the zone of the reader, where there is one', () => {
    expect(formatTime('2026-11-01T23:30:00.000Z', readerZone('Asia/Tokyo'))).toBe('02 Nov 2026, 08:30:00');
    expect(readerZone('No/Where')).toBe('UTC');
    expect(readerZone('../etc')).toBe('UTC');
    expect(readerZone(undefined)).toBe('UTC');
  });
});
