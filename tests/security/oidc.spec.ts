import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, generateKeyPair } from 'jose';
import pg from 'pg';
import type { Answer } from '../support/api-client.js';
import { items } from '../support/api-client.js';
import { Browser } from '../support/browser.js';
import { accessibilityProblems, chromiumPath, launchChromium, newContext } from '../support/chromium.js';
import type { RunningApp } from '../support/counterfoil.js';
import { startApp } from '../support/counterfoil.js';
import { keptPort } from '../support/kept-port.js';
import type { OidcProvider } from '../support/oidc-provider.js';
import { createOidcProvider } from '../support/oidc-provider.js';

const door = '/admin/sign-in';
const start = '/admin/sign-in/oidc';
const back = '/admin/sign-in/oidc/callback';
const password = 'a fine long password';

let provider: OidcProvider;
let app: RunningApp;
let url: string;
let client: pg.Client;
beforeAll(async () => {
  const [port, providerPort] = [await keptPort(), await keptPort()];
  url = `http://127.0.0.1:${port}`;
  provider = await createOidcProvider({ port: providerPort, redirectUri: `${url}${back}` });
  // It is not there yet: the first test finds it down.
  app = await startApp('Postgres', {
    PORT: String(port),
    COUNTERFOIL_OIDC_ISSUER: provider.issuer,
    COUNTERFOIL_OIDC_CLIENT_ID: provider.client.id,
    COUNTERFOIL_OIDC_CLIENT_SECRET: provider.client.secret,
    COUNTERFOIL_OIDC_NAME: 'Acme ID',
    COUNTERFOIL_OIDC_SCOPE: 'openid profile email groups',
    COUNTERFOIL_OIDC_ROLES: 'ledger team=finance,help=support,everyone=auditor',
  });
  client = new pg.Client({ connectionString: app.databaseUrl });
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await app?.stop();
  await provider?.close();
});

/** Follows redirects at the provider until it leads back to the console; answers where. */
async function away(browser: Browser, from = start): Promise<string> {
  let answer = await browser.get(from);
  for (let n = 0; n < 10; n += 1) {
    const location = String(answer.headers['location']);
    if (location.startsWith(`${url}${back}`)) return location;
    if (answer.status !== 302 && answer.status !== 303) break;
    answer = await browser.get(new URL(location, provider.issuer).href);
  }
  throw new Error(`the provider led nowhere: ${answer.status} ${answer.text.slice(0, 500)}`);
}

async function signIn(sub: string, browser = new Browser(url)): Promise<Answer> {
  provider.who = sub;
  return browser.get(await away(browser));
}

/** Nobody is in by this browser, and the page says why. */
async function expectOut(browser: Browser, answer: Answer, status: number, title: string): Promise<void> {
  expect([answer.status, /<h1>([^<]*)</.exec(answer.text)?.[1]]).toEqual([status, title]);
  expect((await browser.get('/admin/account')).status).toBe(303);
}

async function userOf(email: string): Promise<Readonly<Record<string, unknown>>> {
  const rows = items(await app.api.get('/v1/users?limit=100'));
  return rows.find((row) => row['email'] === email && row['issuer'] !== null) ?? {};
}

async function historyOf(id: unknown) {
  const { rows } = await client.query<{ type: string; data: unknown; metadata: Record<string, unknown> }>(
    'select type, data, metadata from eventstore.events where stream = $1 order by revision',
    [`user-${String(id)}`],
  );
  return rows;
}

describe('signing in by an identity provider', () => {
  it('says so where it does not answer, and passwords go on working', async () => {
    const link = new URL(app.ownerLink ?? '').pathname;
    const browser = new Browser(url);
    const owner = { email: 'ada@example.com', name: 'Ada', password, repeated: password };
    await browser.submit(link, owner, link);
    const down = await browser.get(start);
    await expectOut(browser, down, 503, 'Acme ID does not answer');
    expect((await browser.submit(door, { email: owner.email, password }, door)).headers['location']).toBe(
      '/admin',
    );
    const check = async () => {
      const { body } = await app.api.get('/v1/config/check');
      return (body['checks'] as readonly { readonly name: string }[]).find(
        ({ name }) => name === 'identity_provider',
      );
    };
    expect(await check()).toMatchObject({ status: 'warn', mend: expect.stringContaining('OIDC_ISSUER') });
    await provider.listen();
    expect(await check()).toMatchObject({ status: 'ok', detail: expect.stringContaining(`${url}${back}`) });
  });

  it('leads away and back, makes the user as events, and gives an ordinary session', async () => {
    provider.people.set('s1', { name: 'Bo <b>', email: 'bo@example.com', groups: ['help', 'other'] });
    const browser = new Browser(url);
    const page = await browser.get('/admin/payments');
    const shown = await browser.get(String(page.headers['location']));
    const button = /href="([^"]*)">Sign in with Acme ID</.exec(shown.text)?.[1] ?? '';
    expect(button).toBe(`${start}?next=%2Fadmin%2Fpayments`);
    const sent = await new Browser(url).get(button);
    const asked = new URL(String(sent.headers['location']));
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      response_type: 'code',
      redirect_uri: `${url}${back}`,
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(String(sent.headers['set-cookie'])).toMatch(
      /^counterfoil-oidc=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/,
    );

    provider.who = 's1';
    const answer = await browser.get(await away(browser, button));
    // No redirect: a browser would follow it without the session's cookie, as it comes from another site.
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('<meta http-equiv="refresh" content="0; url=/admin/payments">');
    const cookies = [answer.headers['set-cookie'] ?? []].flat();
    expect(cookies).toEqual([
      expect.stringMatching(/^counterfoil-oidc=; .*Max-Age=0$/),
      expect.stringMatching(
        /^counterfoil-console=[\w-]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
      ),
    ]);
    const account = await browser.get('/admin/account');
    expect(account.text).toContain('Bo &lt;b&gt;');
    expect((await browser.get('/admin/payments')).status).toBe(200);
    expect((await browser.get('/admin/users')).status).toBe(403);

    const user = await userOf('bo@example.com');
    expect(user).toMatchObject({ role: 'support', status: 'active', issuer: provider.issuer });
    const history = await historyOf(user['id']);
    expect(history.map(({ type }) => type)).toEqual(['UserInvited', 'UserActivated']);
    expect(history[0]?.metadata).toMatchObject({
      actor: { kind: 'system', id: 'oidc' },
      reason: 'Signed in by Acme ID as "help"',
    });
    expect(JSON.stringify(history)).not.toMatch(/"Bo\b|example\.com|s1"/);
    await signIn('s1');
    expect(await historyOf(user['id'])).toEqual(history);
  });

  it('knows people by issuer and subject: an owner’s address makes nobody an owner, and a link makes no password', async () => {
    provider.people.set('thief', { name: 'Ada', email: 'ADA@example.com', groups: 'everyone' });
    const browser = new Browser(url);
    await signIn('thief', browser);
    expect((await browser.get('/admin/account')).text).toContain('<span class="chip">auditor</span>');
    const { id } = await userOf('ADA@example.com');
    const link = await app.api.post(`/v1/users/${String(id)}/link`, {});
    expect([link.status, link.body['code']]).toEqual([409, 'user_signs_in_elsewhere']);
    const owner = new Browser(url);
    expect((await owner.submit(door, { email: 'ada@example.com', password }, door)).headers['location']).toBe(
      '/admin',
    );
    expect((await owner.get('/admin/users')).status).toBe(200);
  });

  it('makes one user of somebody who comes for the first time twice at once', async () => {
    provider.people.set('s5', { email: 'gil@example.com', groups: ['help'] });
    provider.who = 's5';
    const browsers = [new Browser(url), new Browser(url), new Browser(url)];
    const addresses: string[] = [];
    for (const browser of browsers) addresses.push(await away(browser));
    const answers = await Promise.all(browsers.map((browser, n) => browser.get(addresses[n] ?? '')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const users = items(await app.api.get('/v1/users?limit=100'));
    const known = users.filter(({ email }) => email === 'gil@example.com');
    expect(known).toHaveLength(1);
    expect((await historyOf(known[0]?.['id'])).map(({ type }) => type)).toEqual([
      'UserInvited',
      'UserActivated',
    ]);
  });

  it('reads the role anew at each sign-in; it holds for the next request, with a reason', async () => {
    provider.people.set('s2', { name: 'Cy', email: 'cy@example.com', groups: ['everyone'] });
    const before = new Browser(url);
    await signIn('s2', before);
    expect((await before.get('/admin/audit')).status).toBe(200);
    // The first of the configured list counts.
    provider.people.set('s2', { name: 'Cy Young', email: 'cy@example.com', groups: ['everyone', 'help'] });
    await signIn('s2');
    expect((await before.get('/admin/audit')).status).toBe(403);
    const user = await userOf('cy@example.com');
    expect(user).toMatchObject({ role: 'support', name: 'Cy Young' });
    expect((await historyOf(user['id'])).at(-1)).toMatchObject({
      type: 'UserRoleAssigned',
      data: { role: 'support' },
      metadata: { actor: { kind: 'system', id: 'oidc' }, reason: 'Signed in by Acme ID as "help"' },
    });
  });

  it.each([
    ['no group at all', undefined],
    ['groups that give none', ['others', 'HELP', 'help ', 'owner']],
    ['groups that are no texts', [{ help: true }, 1, null]],
  ])('refuses who has %s, and makes no user', async (title, groups) => {
    const email = `${title.length}@example.com`;
    provider.people.set(title, { email, groups });
    const browser = new Browser(url);
    await expectOut(browser, await signIn(title, browser), 403, 'You have no role here');
    expect(await userOf(email)).toEqual({});
  });

  it('signs out everywhere whom the provider gives no role any more', async () => {
    provider.people.set('s3', { email: 'di@example.com', groups: ['ledger team'] });
    const before = new Browser(url);
    await signIn('s3', before);
    expect((await before.get('/admin/account')).status).toBe(200);
    provider.people.set('s3', { email: 'di@example.com', groups: [] });
    const after = new Browser(url);
    await expectOut(after, await signIn('s3', after), 403, 'You have no role here');
    expect((await before.get('/admin/account')).status).toBe(303);
  });

  it('does not let in who was disabled here, whatever the provider says', async () => {
    provider.people.set('s4', { email: 'ed@example.com', groups: ['help'] });
    await signIn('s4');
    const { id } = await userOf('ed@example.com');
    await app.api.post(`/v1/users/${String(id)}/disable`, {});
    provider.people.set('s4', { email: 'ed@example.com', groups: ['ledger team'] });
    const browser = new Browser(url);
    await expectOut(browser, await signIn('s4', browser), 403, 'You cannot sign in here');
    expect(await userOf('ed@example.com')).toMatchObject({ status: 'disabled', role: 'support' });
  });
});

describe('security 36: what comes back', () => {
  const over = 'This sign-in is over';
  const refused = 'You are not signed in';

  beforeAll(() => {
    provider.people.set('eve', { email: 'eve@example.com', groups: ['ledger team'] });
  });

  async function returning(): Promise<{ readonly browser: Browser; readonly address: string }> {
    provider.who = 'eve';
    const browser = new Browser(url);
    return { browser, address: await away(browser) };
  }

  it('with another state is refused', async () => {
    const { browser, address } = await returning();
    const changed = new URL(address);
    changed.searchParams.set('state', 'A'.repeat(43));
    await expectOut(browser, await browser.get(changed.href), 403, refused);
    // What was begun is used up by that.
    await expectOut(browser, await browser.get(address), 403, over);
  });

  it('in another browser is refused: there is no cookie, or it is of another sign-in', async () => {
    const { address } = await returning();
    const stranger = new Browser(url);
    await expectOut(stranger, await stranger.get(address), 403, over);
    const { browser } = await returning();
    await expectOut(browser, await browser.get(address), 403, refused);
  });

  it('twice lets in once, though the cookie is there again', async () => {
    const { browser, address } = await returning();
    const cookie = browser.cookies.get('counterfoil-oidc') ?? '';
    expect((await browser.get(address)).status).toBe(200);
    const again = new Browser(url, { 'counterfoil-oidc': cookie });
    await expectOut(again, await again.get(address), 403, over);
  });

  it('after ten minutes is refused', async () => {
    const { browser, address } = await returning();
    await client.query(`update counterfoil.sign_in_attempts set created_at = now() - interval '601 seconds'`);
    await expectOut(browser, await browser.get(address), 403, over);
  });

  it('as a refusal of the provider is a refusal', async () => {
    const { browser, address } = await returning();
    const changed = new URL(address);
    changed.searchParams.delete('code');
    changed.searchParams.set('error', 'access_denied');
    changed.searchParams.set('error_description', '<script>');
    const answer = await browser.get(changed.href);
    expect(answer.text).not.toContain('<script>');
    await expectOut(browser, answer, 403, refused);
  });

  it('while the provider is down says so', async () => {
    const { browser, address } = await returning();
    await provider.close();
    try {
      await expectOut(browser, await browser.get(address), 503, 'Acme ID does not answer');
    } finally {
      await provider.listen();
    }
  });

  const hour = 3_600;
  const now = Math.floor(Date.now() / 1_000);
  const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = (header: object, token: string): string =>
    `${encoded(header)}.${encoded(decodeJwt(token))}`;
  const withHmac = (text: string, secret: string): string =>
    `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  const anew = (claims: Readonly<Record<string, unknown>>) => (token: string) =>
    provider.signAnew(token, claims);
  type Forge = (token: string) => string | Promise<string>;

  it.each<readonly [string, Forge]>([
    ['alg none', (token) => `${unsigned({ alg: 'none' }, token)}.`],
    ['alg nOnE', (token) => `${unsigned({ alg: 'nOnE' }, token)}.`],
    [
      'HS256 with the public key as secret',
      async (token) => withHmac(unsigned({ alg: 'HS256', kid: 'k1' }, token), await provider.publicPem()),
    ],
    [
      "HS256 with the client's secret",
      (token) => withHmac(unsigned({ alg: 'HS256' }, token), provider.client.secret),
    ],
    [
      'the signature of a key that nobody knows',
      async (token) => provider.signAnew(token, {}, (await generateKeyPair('RS256')).privateKey),
    ],
    [
      'claims that its signature is not of',
      (token) => {
        const [header, , signature] = token.split('.');
        return `${header}.${encoded({ ...decodeJwt(token), groups: ['everyone'] })}.${signature}`;
      },
    ],
    ['another nonce', anew({ nonce: 'N'.repeat(43) })],
    ['no nonce', anew({ nonce: undefined })],
    ['another audience', anew({ aud: 'another-client' })],
    ['another issuer', anew({ iss: 'http://127.0.0.1:1' })],
    ['an end that is over', anew({ iat: now - 2 * hour, exp: now - hour })],
    ['a beginning to come', anew({ nbf: now + hour })],
    ['no subject', anew({ sub: undefined })],
  ])('with an ID token with %s is refused', async (_title, forge) => {
    const { browser, address } = await returning();
    provider.alter = async (path, body) => {
      if (path === '/token') body['id_token'] = await forge(String(body['id_token']));
    };
    try {
      await expectOut(browser, await browser.get(address), 403, refused);
    } finally {
      provider.alter = undefined;
    }
    expect(await userOf('eve@example.com')).toMatchObject({ role: 'finance' });
  });

  it('of the provider itself is taken, with the groups in it: the refusals above are of what was forged', async () => {
    const { browser, address } = await returning();
    provider.alter = async (path, body) => {
      if (path === '/token') {
        body['id_token'] = await provider.signAnew(String(body['id_token']), { groups: ['everyone'] });
      }
    };
    try {
      expect((await browser.get(address)).text).toContain('You are signed in');
    } finally {
      provider.alter = undefined;
    }
    const account = await browser.get('/admin/account');
    expect(account.text).toContain('eve@example.com');
    expect(account.text).toContain('<span class="chip">auditor</span>');
    expect(account.text).not.toContain('New password');
  });
});

const story = chromiumPath === undefined ? describe.skip : describe;

story('signing in by an identity provider, in a browser that keeps its rules between sites', () => {
  it('leads to the page that was asked for, though the session is for requests from our own pages only', async () => {
    provider.people.set('s9', { name: 'Flo', email: 'flo@example.com', groups: ['help'] });
    provider.who = 's9';
    provider.asks = true;
    const browser = await launchChromium();
    try {
      const page = await (await newContext(browser)).newPage();
      page.setDefaultTimeout(60_000);
      const complaints: string[] = [];
      page.on('console', (message) => {
        const isOurs = message.location().url.startsWith(url);
        if (isOurs && message.type() === 'error') complaints.push(message.text());
      });
      await page.goto(`${url}/admin/payments`);
      expect(await accessibilityProblems(page)).toEqual([]);
      await page.getByRole('link', { name: 'Sign in with Acme ID' }).click();
      while (new URL(page.url()).origin !== url) {
        await page.getByRole('button', { name: 'It is me' }).click();
      }
      await page.waitForURL(`${url}/admin/payments`);
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Payments');
      await page.goto(`${url}${back}?error=access_denied`);
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('This sign-in is over');
      expect(await accessibilityProblems(page)).toEqual([]);
      // The address of a refusal answers 403, which a browser writes down.
      expect(complaints.filter((complaint) => !complaint.includes('403'))).toEqual([]);
    } finally {
      provider.asks = false;
      await browser.close();
    }
  });
});
