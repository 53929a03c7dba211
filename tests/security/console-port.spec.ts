import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { banner } from '../../src/composition/banner.js';
import { apiClient } from '../support/api-client.js';
import { Browser } from '../support/browser.js';
import type { RunningApp } from '../support/counterfoil.js';
import { startApp } from '../support/counterfoil.js';

/** Of each kind of thing that operators find. */
const ofOperators = ['/admin', '/admin/sign-in', '/admin/stream', '/admin/payments', '/admin/nothing'];

async function statusesOf(url: string, paths: readonly string[]): Promise<readonly (readonly unknown[])[]> {
  const api = apiClient(url, null);
  return Promise.all(paths.map(async (path) => [path, (await api.get(path)).status]));
}

describe('a console at a port of its own', () => {
  let app: RunningApp;
  let consoleUrl: string;
  beforeAll(async () => {
    app = await startApp('Postgres', { COUNTERFOIL_CONSOLE_PORT: '0' });
    consoleUrl = app.consoleUrl ?? '';
  });
  afterAll(() => app?.stop());

  it('security 39: is there alone, on loopback, and nothing else is there', async () => {
    expect(new URL(consoleUrl).hostname).toBe('127.0.0.1');
    expect(new URL(consoleUrl).port).not.toBe(new URL(app.url).port);
    expect(await statusesOf(app.url, ofOperators)).toEqual(ofOperators.map((path) => [path, 404]));
    const away = ofOperators.slice(0, 4);
    expect(await statusesOf(consoleUrl, away)).toEqual([
      ['/admin', 303],
      ['/admin/sign-in', 200],
      ['/admin/stream', 303],
      ['/admin/payments', 303],
    ]);
    const others = ['/v1/payments', '/portal', '/sim/inbox', '/docs', '/metrics', '/'];
    expect(await statusesOf(consoleUrl, others)).toEqual(others.map((path) => [path, 404]));
    // The API's key opens nothing there.
    expect((await apiClient(consoleUrl, app.apiKey).get('/v1/payments')).status).toBe(404);
    expect((await apiClient(app.url, app.apiKey).get('/v1/payments')).status).toBe(200);
    expect((await apiClient(consoleUrl, null).send('POST', '/webhooks/stripe', '{}', {})).status).toBe(404);
  });

  it('is what the printed link leads to, and links that it makes lead back to it', async () => {
    expect(app.ownerLink).toMatch(new RegExp(`^${consoleUrl}/admin/welcome/[\\w-]{43}$`));
    expect(banner(app, 1)).toContain(`${consoleUrl}/admin\n`);
    const link = new URL(app.ownerLink ?? '').pathname;
    const browser = new Browser(consoleUrl);
    const password = 'a fine long password';
    const owner = { email: 'ada@example.com', name: 'Ada', password, repeated: password };
    expect((await browser.submit(link, owner, link)).headers['location']).toBe('/admin/sign-in');
    const door = '/admin/sign-in';
    const answer = await browser.submit(door, { email: owner.email, password }, door);
    expect((await browser.follow(answer)).text).toContain('<h1>Overview</h1>');

    const invited = { email: 'bo@example.com', name: 'Bo', role: 'support', reason: 'New here' };
    const told = await browser.submit('/admin/users', invited, '/admin/users');
    expect(told.text).toContain(`${consoleUrl}/admin/welcome/`);

    // Figures that move come by the same port, and end with the process.
    const headers = { cookie: `counterfoil-console=${browser.cookies.get('counterfoil-console')}` };
    const live = await fetch(`${consoleUrl}/admin/stream`, { headers });
    expect(live.headers.get('content-type')).toContain('text/event-stream');
    const stream = live.body?.getReader();
    expect(Buffer.from((await stream?.read())?.value ?? []).toString()).toMatch(/^data: /);
    expect((await fetch(`${app.url}/admin/stream`, { headers })).status).toBe(404);
    const stopped = app.stop();
    while ((await stream?.read())?.done === false);
    await stopped;
    await expect(fetch(`${consoleUrl}/admin/sign-in`)).rejects.toThrow();
  });
});

describe('a console that is switched off', () => {
  it('security 39: is nowhere, whatever port it was given', async () => {
    const app = await startApp('Postgres', { COUNTERFOIL_CONSOLE: 'off', COUNTERFOIL_CONSOLE_PORT: '0' });
    try {
      expect([app.consoleUrl, app.ownerLink]).toEqual([null, null]);
      expect(banner(app, 1)).not.toContain('/admin');
      expect(await statusesOf(app.url, ofOperators)).toEqual(ofOperators.map((path) => [path, 404]));
    } finally {
      await app.stop();
    }
  });
});
