import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Secret, TOTP } from 'otpauth';
import { Browser } from '../../support/browser.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const door = '/admin/sign-in';

function signIn(browser: Browser, email: string, password: string) {
  return browser.submit(door, { email, password }, door);
}

describe('signing in', () => {
  it('leads to where one wanted to go, with a cookie that others do not get', async () => {
    const { email, password } = await server.users.signedIn('finance', 'door@example.com');
    const browser = new Browser(server.url);
    const away = await browser.get('/admin/account');
    expect(away.headers['location']).toBe('/admin/sign-in?next=%2Fadmin%2Faccount');
    const answer = await browser.submit(door, { email, password, next: '/admin/account' }, door);
    expect([answer.status, answer.headers['location']]).toEqual([303, '/admin/account']);
    expect(String(answer.headers['set-cookie'])).toMatch(
      /^counterfoil-console=[\w-]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
    );
    const page = await browser.get('/admin/account');
    expect(page.text).toContain('door@example.com');
    expect(page.headers['cache-control']).toBe('no-store');
  });

  it('survives a link on another site, with which the browser leaves its cookie behind', async () => {
    const { token } = await server.users.signedIn('finance', 'elsewhere@example.com');
    const fromElsewhere = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    const address = '/admin/payments?status=succeeded&currency=USD';
    const asked = await server.api.get(address, fromElsewhere);
    expect(asked.status).toBe(200);
    expect(asked.text).toContain(`content="0; url=${address.replaceAll('&', '&amp;')}"`);
    // Asked again by that page, it is the reader's own.
    const cookie = { cookie: `counterfoil-console=${token}` };
    const again = await server.api.get(address, { ...cookie, 'sec-fetch-site': 'same-origin' });
    expect(again.text).toContain('<h1>Payments</h1>');
    // A new cookie would take the place of the one that was left behind.
    for (const at of [address, door, '/admin/nothing', '/admin/sign-in/oidc/callback?code=x']) {
      expect([at, (await server.api.get(at, fromElsewhere)).headers['set-cookie']]).toEqual([at, undefined]);
    }
    const stranger = await server.api.get(address, { 'sec-fetch-site': 'none' });
    expect([stranger.status, String(stranger.headers['location'])]).toEqual([
      303,
      expect.stringMatching(/^\/admin\/sign-in\?next=/),
    ]);
  });

  it.each(['//evil.example', 'https://evil.example', '/admin/../..//x', '/v1/payments', '/admin\\x'])(
    'leads nowhere foreign: %s',
    async (next) => {
      const { email, password } = await server.users.signedIn('support', `${next.length}@example.com`);
      const answer = await new Browser(server.url).submit(door, { email, password, next }, door);
      expect(answer.headers['location']).toBe('/admin');
    },
  );

  it('says the same of a wrong password and of nobody', async () => {
    const { email } = await server.users.signedIn('auditor', 'same@example.com');
    const answers = [];
    for (const who of [email, 'nobody@example.com']) {
      const { status, text } = await signIn(new Browser(server.url), who, 'wrong password here');
      answers.push({ status, text: text.replaceAll(who, '').replace(/value="[\w-]{20,}"/g, '') });
    }
    expect(answers[0]?.status).toBe(401);
    expect(answers[0]).toEqual(answers[1]);
  });

  it('locks an address after ten tries, the right password too, and nobody else', async () => {
    const own = await startServer();
    try {
      const { email, password } = await own.users.signedIn('owner');
      for (let n = 1; n <= 10; n += 1) {
        // From other networks, so that only the address is locked.
        const client = { network: `192.0.2.${n}`, userAgent: '', requestId: 'r' };
        expect(await own.users.signIn.withPassword(email, 'wrong', client)).toEqual({ outcome: 'refused' });
      }
      const locked = await signIn(new Browser(own.url), email.toUpperCase(), password);
      expect(locked.status).toBe(429);
      expect(locked.text).toContain('Wait for 30 minutes');
      await own.users.signedIn('finance');
      expect(own.users.accessLog.rows.map(({ action, result }) => `${action}: ${result}`)).toEqual(
        expect.arrayContaining(['sign in: refused', 'sign in: locked', 'sign in: signed in']),
      );
    } finally {
      await own.stop();
    }
  });

  it('gives a new cookie: one that was planted before is worth nothing', async () => {
    const { email, password } = await server.users.signedIn('support', 'fixed@example.com');
    const browser = new Browser(server.url, { 'counterfoil-console': 'planted-by-somebody' });
    await signIn(browser, email, password);
    expect(browser.cookies.get('counterfoil-console')).not.toBe('planted-by-somebody');
    const planted = new Browser(server.url, { 'counterfoil-console': 'planted-by-somebody' });
    expect((await planted.get('/admin/account')).status).toBe(303);
  });

  it('ends when one signs out, and by ending the session elsewhere', async () => {
    const here = await server.users.signedIn('developer', 'out@example.com');
    const browser = Browser.signedIn(server.url, here);
    await browser.submit('/admin/sign-out', {}, '/admin/account');
    expect((await Browser.signedIn(server.url, here).get('/admin/account')).status).toBe(303);

    const client = { network: '192.0.2.9', userAgent: 'x', requestId: 'r' };
    const [first, second] = await Promise.all([
      server.users.signIn.withPassword(here.email, here.password, client),
      server.users.signIn.withPassword(here.email, here.password, client),
    ]);
    if (first.outcome !== 'signed_in' || second.outcome !== 'signed_in') throw new Error('not signed in');
    const other = server.users.sessions.open_.get(second.token);
    const mine = Browser.signedIn(server.url, first);
    await mine.submit(`/admin/account/sessions/${other?.id}/revoke`, {}, '/admin/account');
    expect((await Browser.signedIn(server.url, second).get('/admin/account')).status).toBe(303);
    expect((await mine.get('/admin/account')).status).toBe(200);
  });
});

describe('the second step', () => {
  async function withSecondStep(email: string) {
    const operator = await server.users.signedIn('owner', email);
    const browser = Browser.signedIn(server.url, operator);
    const { text } = await browser.get('/admin/account/second-step');
    const key = /id="key">([A-Z2-7 ]+)</.exec(text)?.[1]?.replaceAll(' ', '') ?? '';
    const totp = new TOTP({ secret: Secret.fromBase32(key) });
    const code = (): string => totp.generate({ timestamp: server.users.clock.ms });
    const at = '/admin/account/second-step';
    await browser.submit(at, { code: code() }, at);
    return { ...operator, browser, code };
  }
  const next = () => {
    server.users.clock.ms += 30_000;
  };
  const step = '/admin/second-step';

  it('asks for a code, which works once; the password alone opens nothing', async () => {
    const { email, password, code } = await withSecondStep('totp@example.com');
    const browser = new Browser(server.url);
    const half = await signIn(browser, email, password);
    expect(half.headers['location']).toBe('/admin/second-step');
    expect((await browser.get('/admin/account')).headers['location']).toContain('/admin/sign-in');
    // The code that turned it on is used up.
    expect((await browser.submit(step, { code: code() }, step)).status).toBe(401);
    next();
    const used = code();
    expect((await browser.submit(step, { code: used }, step)).headers['location']).toBe('/admin');
    expect((await browser.get('/admin/account')).status).toBe(200);

    const again = new Browser(server.url);
    await signIn(again, email, password);
    expect((await again.submit(step, { code: used }, step)).status).toBe(401);
  });

  it('is no way to try codes: ten lock it', async () => {
    next();
    const { email, password, code } = await withSecondStep('guess@example.com');
    const client = { network: '198.51.100.1', userAgent: '', requestId: 'r' };
    const half = await server.users.signIn.withPassword(email, password, client);
    if (half.outcome !== 'second_step') throw new Error('no second step');
    for (let n = 1; n <= 10; n += 1) {
      const from = { ...client, network: `198.51.100.${n + 1}` };
      expect(await server.users.signIn.withCode(half.token, '000000', from)).toEqual({ outcome: 'refused' });
    }
    next();
    expect(await server.users.signIn.withCode(half.token, code(), client)).toMatchObject({
      outcome: 'locked',
    });
  });

  it('is removed by a code only', async () => {
    next();
    const { browser, code, id } = await withSecondStep('remove@example.com');
    const remove = '/admin/account/second-step/remove';
    await browser.submit(remove, { code: '000000' }, '/admin/account');
    expect(await server.users.users.find(id)).toMatchObject({ second_step: true });
    next();
    await browser.submit(remove, { code: code() }, '/admin/account');
    expect(await server.users.users.find(id)).toMatchObject({ second_step: false });
  });
});

describe('a link', () => {
  it('makes the first owner, once, and is made as long as there is none', async () => {
    const own = await startServer();
    try {
      const first = await own.users.users.ownerLink();
      const token = await own.users.users.ownerLink();
      expect(first).not.toBeNull();
      const browser = new Browser(own.url);
      expect((await browser.get(`/admin/welcome/${first}`)).status).toBe(410);
      const at = `/admin/welcome/${token}`;
      const fields = { name: 'Ada', email: 'ada@example.com', password: 'a fine long password' };
      const short = await browser.submit(at, { ...fields, password: 'short', repeated: 'short' }, at);
      expect((await browser.follow(short)).text).toContain('at least 12 characters');
      const answer = await browser.submit(at, { ...fields, repeated: fields.password }, at);
      expect(answer.headers['location']).toBe('/admin/sign-in');
      expect((await browser.get(at)).status).toBe(410);
      expect(await own.users.users.ownerLink()).toBeNull();
      const { headers } = await signIn(browser, 'ADA@example.com', fields.password);
      expect(headers['location']).toBe('/admin');
    } finally {
      await own.stop();
    }
  });

  it('is not in the log', async () => {
    const token = 'A'.repeat(43);
    await new Browser(server.url).get(`/admin/welcome/${token}`);
    expect(JSON.stringify(server.logger)).toContain('/admin/welcome/:token');
    expect(JSON.stringify(server.logger)).not.toContain(token);
  });

  it('that an owner makes lets an invited person in, with the role that was given', async () => {
    const owner = await server.users.signedIn('owner', 'inviter@example.com');
    const browser = Browser.signedIn(server.url, owner);
    const fields = { email: 'new@example.com', name: '<i>Nia</i>', role: 'auditor', reason: 'Year end' };
    const { text } = await browser.submit('/admin/users', fields, '/admin/users');
    const link = /id="secret">http:\/\/[^/]+(\/admin\/welcome\/[\w-]+)</.exec(text)?.[1] ?? '';
    const guest = new Browser(server.url);
    expect((await guest.get(link)).text).toContain('&lt;i&gt;Nia&lt;/i&gt;');
    const chosen = { password: 'a fine long password', repeated: 'a fine long password' };
    await guest.submit(link, chosen, link);
    await signIn(guest, 'new@example.com', chosen.password);
    expect((await guest.get('/admin/account')).text).toContain('auditor');
    const events = await server.eventStore.readAll(0n, 1_000);
    const invited = events.filter(({ type }) => type === 'UserInvited').at(-1);
    expect(invited?.metadata).toMatchObject({
      actor: { kind: 'user', id: owner.id },
      reason: 'Year end',
    });
    expect(JSON.stringify(events.map(({ data }) => data))).not.toMatch(/example\.com|Nia|password/);
  });
});

describe('a password', () => {
  it('is changed by the one there is, which signs out everywhere else', async () => {
    const here = await server.users.signedIn('finance', 'change@example.com');
    const client = { network: '192.0.2.7', userAgent: '', requestId: 'r' };
    const there = await server.users.signIn.withPassword(here.email, here.password, client);
    if (there.outcome !== 'signed_in') throw new Error('not signed in');
    const browser = Browser.signedIn(server.url, here);
    const at = '/admin/account';
    const wanted = { password: 'another fine password', repeated: 'another fine password' };
    const wrong = await browser.submit(`${at}/password`, { current: 'wrong', ...wanted }, at);
    expect((await browser.follow(wrong)).text).toContain('That is not your present password.');
    await browser.submit(`${at}/password`, { current: here.password, ...wanted }, at);
    expect((await browser.get(at)).status).toBe(200);
    expect((await Browser.signedIn(server.url, there).get(at)).status).toBe(303);
    expect(await server.users.signIn.withPassword(here.email, here.password, client)).toEqual({
      outcome: 'refused',
    });
  });
});
