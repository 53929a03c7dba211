import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import { customerPages } from '../../../src/interfaces/http/pages/customer-pages.js';
import type { PageController } from '../../../src/interfaces/http/pages/shared/page.js';
import { items } from '../../support/api-client.js';
import { eventually, eventuallyHolds } from '../../support/eventually.js';
import type { InMemoryLinks, InMemoryNotifications } from '../../support/in-memory-notifications.js';
import { issueInvoice } from '../../support/issue-invoice.js';
import { pageReader } from '../../support/page-reader.js';
import { at } from '../../support/payment-examples.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

let app: RunningServer;
beforeAll(async () => {
  app = await startServer();
});
afterAll(() => app.stop());

type Reader = ReturnType<typeof pageReader>;

async function customerOf(profile: object = {}): Promise<string> {
  const made = await app.api.post('/v1/customers', { name: 'Ada', email: 'ada@example.com', ...profile });
  return String(made.body['id']);
}

/** A card that a customer has given on the provider's form. */
async function giveCard(customer: string, paymentMethod: string, last4 = '4242'): Promise<void> {
  const setup = await app.api.post(`/v1/customers/${customer}/setup_intents`, {});
  const setupIntentId = String(setup.body['client_secret']).replace(/_secret_.*/, '');
  app.customers.vault.finish(setupIntentId, paymentMethod, last4);
  const news = { about: 'setup', setupIntentId, providerCustomerId: null, customer } as const;
  await app.customers.hear(news, { id: `evt_${paymentMethod}`, attempts: 1 });
}

/** Every route of the portal behind its door that takes an id, and every field of a query that it takes. */
function withIds(): string[] {
  const pages = customerPages.flatMap((each) => app.container.get<PageController>(each).pages);
  return pages
    .filter(({ path, access }) => path.startsWith('/portal') && access !== 'anyone')
    .flatMap(({ method, path, query }) => [
      ...(path.includes('/:') ? [`${method} ${path}`] : []),
      ...Object.keys(query?.shape ?? {}).map((name) => `${method} ${path}?${name}`),
    ]);
}

async function linkOf(customer: string): Promise<string> {
  const made = await app.api.post('/v1/portal_sessions', { customer });
  expect(made.status).toBe(201);
  return new URL(String(made.body['url'])).pathname;
}

async function signIn(customer: string): Promise<Reader> {
  const reader = pageReader(app.url);
  const path = await linkOf(customer);
  const entered = await reader.submit(await reader.get(path), path);
  expect(entered.text).toMatch(/<h1>(Hello, |Your account)/);
  return reader;
}

/** Where the first form of a page leads to that pays an invoice. */
const payPathOf = (text: string): string => /action="(\/portal\/invoices\/[^"]+\/pay)"/.exec(text)?.[1] ?? '';

describe('signing in to the portal', () => {
  it('takes a link once, on a button and not by looking at it', async () => {
    const path = await linkOf(await customerOf());
    const scanner = pageReader(app.url);
    for (let looked = 0; looked < 3; looked += 1) expect((await scanner.get(path)).status).toBe(200);
    const reader = pageReader(app.url);
    expect((await reader.submit(await reader.get(path), path)).text).toContain('Hello, Ada');
    const second = pageReader(app.url);
    const refused = await second.submit(await second.get(path), path);
    expect(refused.text).toContain('This link does not work any more.');
    expect((await second.get('/portal/invoices')).path).toMatch(/^\/portal\/sign-in/);
  });

  it('takes no link that is over, none of a pay page, and nothing that is not one', async () => {
    const customer = await customerOf();
    const links = app.container.get(httpTokens.links) as InMemoryLinks;
    const late = await links.issue('portal', customer, at);
    const pay = await links.issue('pay', customer, '2999-01-01T00:00:00.000Z' as never);
    for (const token of [late, pay, 'x'.repeat(43)]) {
      const reader = pageReader(app.url);
      const path = `/portal/sign-in/${token}`;
      const shown = await reader.submit(await reader.get(path), path);
      expect(shown.text).toContain('This link does not work any more.');
    }
    expect((await pageReader(app.url).get('/portal/sign-in/short')).status).toBe(404);
  });

  it('moves the sums of the overview by itself, for as long as the customer is signed in', async () => {
    const customer = await customerOf();
    const reader = await signIn(customer);
    expect((await reader.get('/portal')).text).toContain('data-live="/portal/stream"');
    expect((await pageReader(app.url).get('/portal/stream')).path).toMatch(/^\/portal\/sign-in/);
    const cookie = [...reader.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const ending = new AbortController();
    const answer = await fetch(`${app.url}/portal/stream`, { headers: { cookie }, signal: ending.signal });
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    let received = '';
    let ended = false;
    const reading = (async () => {
      for await (const chunk of answer.body ?? []) received += Buffer.from(chunk).toString();
      ended = true;
    })().catch(() => undefined);
    await eventuallyHolds(() => expect(received).toContain('<dd>Nothing</dd>'), 30_000);
    const lines = [{ description: 'Chairs', unit_price: '43.21' }];
    const made = await app.api.post('/v1/invoices', { customer, currency: 'USD', lines });
    await app.api.post(`/v1/invoices/${made.body['id']}/finalize`, {});
    await eventuallyHolds(() => expect(received).toContain('43.21 USD'), 30_000);
    await app.api.send('DELETE', `/v1/customers/${customer}/portal_sessions`, '', {});
    await eventuallyHolds(() => expect(ended).toBe(true), 30_000);
    ending.abort();
    await reading;
  });

  it('begins a new session: a cookie that somebody planted is not signed in', async () => {
    const reader = pageReader(app.url);
    reader.cookies.set('counterfoil-portal', 'planted-by-somebody');
    const path = await linkOf(await customerOf());
    await reader.submit(await reader.get(path), path);
    expect(reader.cookies.get('counterfoil-portal')).toMatch(/^[\w-]{43}$/);
    const thief = pageReader(app.url);
    thief.cookies.set('counterfoil-portal', 'planted-by-somebody');
    expect((await thief.get('/portal')).path).toMatch(/^\/portal\/sign-in/);
  });

  it('tells the same whether or not the address is known, and mails a link a minute at most', async () => {
    const email = 'grace@example.com';
    const customer = await customerOf({ email });
    const outbox = app.container.get(httpTokens.notifications) as InMemoryNotifications;
    const before = outbox.kept.size;
    const answers = [];
    for (const address of [email, 'nobody@example.com', email]) {
      const reader = pageReader(app.url);
      const asked = await reader.submit(await reader.get('/portal/sign-in'), '/portal/sign-in', {
        email: address,
      });
      answers.push(asked.text.replaceAll(address, 'ADDRESS').replaceAll(/value="[^"]*"/g, ''));
    }
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('If we know ADDRESS, a link is on its way there.');
    await eventually(
      async () => outbox.kept.size - before,
      (queued) => queued >= 1,
    );
    const queued = outbox.notices.filter(({ kind }) => kind === 'sign_in');
    expect(queued.every((notice) => notice.customer === customer)).toBe(true);
    expect(JSON.stringify(queued)).not.toMatch(/grace|[\w-]{43}/);
  });

  it('ends when the customer signs out, for whoever still has the cookie', async () => {
    const reader = await signIn(await customerOf());
    const cookie = reader.cookies.get('counterfoil-portal') ?? '';
    await reader.submit(await reader.get('/portal'), '/portal/sign-out');
    const again = pageReader(app.url);
    again.cookies.set('counterfoil-portal', cookie);
    expect((await again.get('/portal')).path).toMatch(/^\/portal\/sign-in/);
  });

  it('is noted with what was read, and is ended by an operator for every browser and for links that were sent', async () => {
    const customer = await customerOf({ name: 'Mallory' });
    const readers = [await signIn(customer), await signIn(customer)];
    const other = await signIn(await customerOf());
    const sent = await linkOf(customer);
    await readers[0]?.get('/portal/credits');
    const reused = pageReader(app.url);
    const path = await linkOf(customer);
    for (let time = 0; time < 2; time += 1) await reused.submit(await reused.get(path), path);
    const ended = await app.api.send('DELETE', `/v1/customers/${customer}/portal_sessions`, '', {});
    expect([ended.status, ended.body['sessions'], ended.body['links']]).toEqual([200, 3, 1]);
    for (const each of [...readers, reused]) {
      expect((await each.get('/portal')).path).toMatch(/^\/portal\/sign-in/);
    }
    const late = pageReader(app.url);
    expect((await late.submit(await late.get(sent), sent)).text).toContain('does not work any more');
    expect((await other.get('/portal')).path).toBe('/portal');
    const { rows } = app.users.accessLog;
    const told = rows
      .filter((row) => row.user_id === customer)
      .map(({ action, result }) => `${action}: ${result}`);
    expect(told.filter((text) => text === 'sign in to the portal: signed in')).toHaveLength(3);
    expect(told).toContain('GET /portal/credits: 200');
    expect(rows.find(({ user_id: who, result }) => who === null && result === 'refused')?.action).toBe(
      'sign in to the portal',
    );
    expect(
      rows.some(({ action, result }) => action.includes(customer) && result === '3 sessions, 1 links'),
    ).toBe(true);
    // Neither log holds what lets somebody in.
    expect(JSON.stringify(rows)).not.toContain(sent.split('/').at(-1));
  });

  it('security 36 takes no JWT of any kind for a session or a link', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const customer = await customerOf();
    const claims = { sub: customer, iss: 'counterfoil', aud: 'portal', exp: 4102444800 };
    for (const header of [{ alg: 'none' }, { alg: 'HS256' }, { alg: 'RS256', kid: '../../dev/null' }]) {
      const jwt = `${part(header)}.${part(claims)}.${header.alg === 'none' ? '' : 'c2ln'}`;
      const reader = pageReader(app.url);
      reader.cookies.set('counterfoil-portal', jwt);
      expect((await reader.get('/portal')).path).toMatch(/^\/portal\/sign-in/);
      const bearer = await app.as(null).get('/v1/customers', { authorization: `Bearer ${jwt}` });
      expect(bearer.status).toBe(401);
      expect((await pageReader(app.url).get(`/portal/sign-in/${encodeURIComponent(jwt)}`)).status).toBe(404);
    }
  });
});

describe('the portal', () => {
  let ada: string;
  let bob: string;
  let reader: Reader;
  let invoice: string;
  let foreign: string;
  beforeAll(async () => {
    [ada, bob] = [await customerOf(), await customerOf({ name: 'Bob' })];
    invoice = String((await issueInvoice(app.api, ada, 4_200)).body['id']);
    foreign = String((await issueInvoice(app.api, bob, 9_900)).body['id']);
  });
  beforeEach(async () => {
    reader = await signIn(ada);
  });

  it.each([
    '/portal',
    '/portal/invoices',
    '/portal/payments',
    '/portal/statement',
    '/portal/methods',
    '/portal/plans',
    '/portal/credits',
    '/portal/details',
  ])('shows %s to who is signed in, and the door to everybody else', async (path) => {
    const shown = await reader.get(path);
    expect([shown.status, shown.path]).toEqual([200, path]);
    expect(shown.text.match(/<h1>/g)).toHaveLength(1);
    expect(shown.text).toContain('aria-current="page"');
    expect((await pageReader(app.url).get(path)).path).toBe(
      `/portal/sign-in?next=${encodeURIComponent(path)}`,
    );
  });

  it('shows an invoice, prints it, and leads to where it is paid', async () => {
    const shown = await reader.get(`/portal/invoices/${invoice}`);
    expect(shown.text).toContain('Pay 42.00 USD');
    const pdf = await reader.get(`/portal/invoices/${invoice}/pdf`);
    expect([pdf.status, pdf.text.slice(0, 5)]).toEqual([200, '%PDF-']);
    const pay = await reader.submit(shown, `/portal/invoices/${invoice}/pay`);
    expect(pay.path).toMatch(/^\/pay\/[\w-]{43}$/);
    expect(pay.text).toContain('42.00 USD to pay');
  });

  it("security 32 answers the same for another customer's things as for what there is not, on every route with an id", async () => {
    const nobodys = (prefix: string) => `${prefix}_0193f1a0-0000-7000-8000-00000000dead`;
    const made = async (path: string, body: object) => String((await app.api.post(path, body)).body['id']);
    await giveCard(bob, 'pm_bobs');
    const setup = await made(`/v1/customers/${bob}/setup_intents`, {});
    const credit = await made('/v1/credits', { customer: bob, amount: 9_900, type: 'promotional' });
    const note = await made('/v1/credit_notes', { invoice: foreign, amount: 100, reason: 'goodwill' });
    const plan = await made('/v1/payment_plans', {
      invoice: foreign,
      terms: { type: 'installments', count: 2 },
    });
    const card = { payment_method: 'pm_card_visa', confirm: true };
    const payment = await made('/v1/payments', { customer: bob, amount: 9_900, currency: 'USD', ...card });
    const [inv, pay] = [nobodys('inv'), nobodys('pay')];
    const pairs: Readonly<Record<string, readonly [theirs: string, nobodys: string]>> = {
      'get /portal/invoices?after': [`?after=${foreign}`, `?after=${inv}`],
      'get /portal/invoices/:id': [foreign, inv],
      'get /portal/invoices/:id/pdf': [foreign, inv],
      'post /portal/invoices/:id/pay': [foreign, inv],
      'get /portal/invoices/:id/credit_notes/:note/pdf': [`${foreign} ${note}`, `${inv} ${nobodys('cn')}`],
      'get /portal/payments?after': [`?after=${payment}`, `?after=${pay}`],
      'get /portal/payments/:id/receipt': [payment, pay],
      'get /portal/payments/:id/receipt/pdf': [payment, pay],
      'get /portal/plans?after': [`?after=${plan}`, `?after=${nobodys('plan')}`],
      'get /portal/credits?after': [`?after=${credit}`, `?after=${nobodys('crd')}`],
      'get /portal/credits?moves_after': [
        '?moves_after=0193f1a0-0000-7000-8000-00000000beef/0',
        '?moves_after=0193f1a0-0000-7000-8000-00000000dead/0',
      ],
      'get /portal/methods?setup': [`?setup=${setup}`, `?setup=${nobodys('pms')}`],
      'get /portal/methods/add/:setup': [setup, nobodys('pms')],
      'post /portal/methods/:pm/default': ['pm_bobs', 'pm_nobodys'],
      'post /portal/methods/:pm/remove': ['pm_bobs', 'pm_nobodys'],
    };
    // A number is searched for among the customer's own, and a place in the log is nobody's.
    const ofNobody = ['get /portal/invoices?number', 'get /portal/statement?after'];
    expect([...Object.keys(pairs), ...ofNobody].sort()).toEqual(withIds().sort());
    const token = /name="csrf" value="([^"]*)"/.exec((await reader.get('/portal/methods')).text)?.[1] ?? '';
    const bare = (text: string) => text.replaceAll(/req_[\w-]+|value="[^"]*"/g, '');
    for (const [name, pair] of Object.entries(pairs)) {
      const [method = '', path = ''] = name.split(' ');
      const ask = (ids: string, once: string) => {
        const [id = '', ...further] = ids.split(' ');
        const at = ids.startsWith('?')
          ? path.replace(/\?.*/, ids)
          : [id, ...further].reduce((filled, each) => filled.replace(/:\w+/, each), path);
        return method === 'get' ? reader.get(at) : reader.post(at, { csrf: token, once });
      };
      const [first, second] = [
        await ask(pair[0], `${name} a`.replaceAll(/\W/g, '-')),
        await ask(pair[1], `${name} b`.replaceAll(/\W/g, '-')),
      ];
      expect([name, bare(first.text)]).toEqual([name, bare(second.text)]);
      expect(first.text).not.toMatch(/99\.00|98\.00|\bBob\b/);
      // What is not being added is not shown as being added.
      const status = name.endsWith('?setup') ? 200 : 404;
      expect([name, first.status, second.status]).toEqual([name, status, status]);
    }
    expect((await app.api.get(`/v1/invoices/${foreign}`)).body['status']).toBe('open');
    const cards = await app.api.get(`/v1/customers/${bob}/payment_methods`);
    expect(items(cards)).toMatchObject([{ id: 'pm_bobs', status: 'active' }]);
  });

  it('uses another card for payments to come, and removes one', async () => {
    const gwen = await customerOf({ name: 'Gwen' });
    await giveCard(gwen, 'pm_first', '1111');
    await giveCard(gwen, 'pm_second', '2222');
    const own = await signIn(gwen);
    const used = /1111[^<]*<span class="chip calm">used for payments/;
    const cards = await own.get('/portal/methods');
    expect(cards.text).toMatch(used);
    const chosen = await own.submit(cards, '/portal/methods/pm_second/default');
    expect(chosen.text).toContain('Payments to come are taken from this card.');
    expect(chosen.text).toMatch(/2222[^<]*<span class="chip calm">used for payments/);
    const removed = await own.submit(chosen, '/portal/methods/pm_second/remove');
    expect(removed.text).toContain('The card is removed.');
    expect(removed.text).not.toContain('ending in 2222');
    expect(removed.text).toMatch(used);
  });

  it('gives the documents of an invoice: its credit notes, and the receipts of what cards have paid', async () => {
    const own = (await issueInvoice(app.api, ada, 5_000)).body['id'];
    const note = await app.api.post('/v1/credit_notes', { invoice: own, amount: 1_000, reason: 'goodwill' });
    const tenders = [{ type: 'card', payment_method: 'pm_card_visa' }];
    expect((await app.api.post(`/v1/invoices/${own}/pay`, { tenders })).status).toBe(201);
    const { text } = await reader.get(`/portal/invoices/${own}`);
    const pdfPath = `/portal/invoices/${own}/credit_notes/${note.body['id']}/pdf`;
    expect(text).toContain(
      `<a href="${pdfPath}" target="_blank" rel="noopener">Credit note ${note.body['number']}</a>`,
    );
    const pdf = await reader.get(pdfPath);
    expect([pdf.status, pdf.text.slice(0, 5)]).toEqual([200, '%PDF-']);
    // Of another invoice of the same customer it is not.
    expect((await reader.get(pdfPath.replace(String(own), invoice))).status).toBe(404);
    const payment = /\/portal\/payments\/(pay_[^/]+)\/receipt/.exec(text)?.[1] ?? '';
    await app.api.post('/v1/refunds', { payment, amount: 1_500 });
    const receipt = (await reader.get(`/portal/payments/${payment}/receipt`)).text;
    expect(receipt).toMatch(
      /<h1>Receipt<\/h1>[\s\S]*Acme[\s\S]*Paid<[\s\S]*40\.00 USD[\s\S]*Refunded[\s\S]*−15\.00 USD/,
    );
    const declined = { ...{ amount: 700, currency: 'USD', customer: ada }, payment_method: 'pm_declined' };
    const failed = await app.api.post('/v1/payments', { ...declined, confirm: true });
    const id = failed.body['id'] ?? (failed.body['payment'] as { id: string }).id;
    expect((await reader.get(`/portal/payments/${id}/receipt`)).status).toBe(404);
  });

  it('offers to pay what could not be collected with the card that was chosen since', async () => {
    const hugo = await customerOf({ name: 'Hugo' });
    await giveCard(hugo, 'pm_old', '1111');
    await giveCard(hugo, 'pm_new', '2222');
    const of = (await issueInvoice(app.api, hugo, 9_000)).body['id'];
    const terms = { type: 'installments', count: 3 };
    const plan = await app.api.post('/v1/payment_plans', { invoice: of, terms });
    const own = await signIn(hugo);
    expect((await own.get('/portal/methods')).text).not.toContain('Retry now');
    await app.api.post(`/v1/payment_plans/${plan.body['id']}/prepay`, { parts: 1 });
    const chosen = await own.submit(await own.get('/portal/methods'), '/portal/methods/pm_new/default');
    expect(chosen.text).toContain('Retry now: 30.00 USD');
    const page = await own.submit(chosen, `/portal/invoices/${of}/pay`);
    expect(page.text).toContain('<h1>30.00 USD to pay</h1>');
    expect(page.text).toMatch(/value="pm_new" checked> [^<]*2222/);
  });

  it('sums what is owed over every invoice, and shows the newest of them', async () => {
    const carl = await customerOf({ name: 'Carl' });
    for (let n = 1; n <= 6; n += 1) await issueInvoice(app.api, carl, n * 1_000);
    await issueInvoice(app.api, carl, 700, { currency: 'EUR' });
    const owing = await signIn(carl);
    const { text } = await owing.get('/portal');
    expect(text).toMatch(/<dt>To pay<\/dt>\s*<dd>7\.00 EUR<\/dd>\s*<dd>210\.00 USD<\/dd>/);
    expect(text).toMatch(/<dt>Of it overdue<\/dt>\s*<dd>Nothing<\/dd>/);
    expect(text.match(/\/portal\/invoices\/inv_[^/"]+\/pay"/g)).toHaveLength(5);
    expect(text).toContain('All invoices');
  });

  it('finds an invoice by its number, or by how that begins, and none of somebody else', async () => {
    const numberOf = async (id: string) => String((await app.api.get(`/v1/invoices/${id}`)).body['number']);
    const [own, theirs] = [await numberOf(invoice), await numberOf(foreign)];
    expect((await reader.get(`/portal/invoices?number=${own}`)).text).toContain(`>${own}</a>`);
    const beginning = (await reader.get(`/portal/invoices?number=${own.slice(0, 8)}`)).text;
    expect([beginning.includes(`>${own}</a>`), beginning.includes(theirs)]).toEqual([true, false]);
    const none = await reader.get(`/portal/invoices?number=${theirs}`);
    expect(none.text).toContain('There are no invoices with this number.');
  });

  it('shows a plan with its parts, asks for those that are due, and pages through more of them', async () => {
    const dora = await customerOf({ name: 'Dora' });
    const plans: string[] = [];
    for (let n = 0; n < 21; n += 1) {
      const of = (await issueInvoice(app.api, dora, 9_000)).body['id'];
      const terms = { type: 'installments', count: 3 };
      plans.push(String((await app.api.post('/v1/payment_plans', { invoice: of, terms })).body['id']));
    }
    const [oldest = '', newest = ''] = [plans[0], plans.at(-1)];
    await app.api.post(`/v1/payment_plans/${newest}/prepay`, { parts: 1 });
    const inParts = await signIn(dora);
    const { text } = await inParts.get('/portal/plans');
    expect(text.match(/Plan<\/a> over 90\.00 USD/g)).toHaveLength(20);
    expect(text).toMatch(
      /<span class="only-narrow">Part <\/span>1<\/th>[\s\S]*?<span class="chip wait">due<\/span>/,
    );
    expect(text.match(/Pay what is due/g)).toHaveLength(1);
    const next = /href="(\/portal\/plans\?after=[^"]+)"/.exec(text)?.[1] ?? '';
    const older = (await inParts.get(next)).text;
    expect(older.match(/Plan<\/a> over 90\.00 USD/g)).toHaveLength(1);
    const paying = await inParts.submit(await inParts.get('/portal/plans'), payPathOf(text));
    expect(paying.text).toContain('30.00 USD to pay');
    const foreignPage = await reader.get(`/portal/plans?after=${oldest}`);
    expect(foreignPage.status).toBe(404);
  });

  it('lets the customer set their details right, and says what is wrong with them', async () => {
    const page = await reader.get('/portal/details');
    const saved = await reader.submit(page, '/portal/details', {
      ...{
        name: 'Ada <b>Lovelace</b>',
        line1: '1 Road',
        city: 'Vienna',
        country: 'at',
        phone: '+43 1 234567',
      },
      ...{ tax_id_type: 'eu_vat', tax_id: 'ATU12345678' },
    });
    expect(saved.text).toContain('Saved.');
    expect(saved.text).not.toContain('<b>Lovelace');
    const { body } = await app.api.get(`/v1/customers/${ada}`);
    expect(body).toMatchObject({
      name: 'Ada <b>Lovelace</b>',
      billing_address: { line1: '1 Road', country: 'AT' },
      tax_ids: [{ type: 'eu_vat', value: 'ATU12345678' }],
      email: 'ada@example.com',
    });
    const wrong = await reader.submit(saved, '/portal/details', { country: 'XX' });
    expect(wrong.text).toMatch(/role="alert">[^<]*country/i);
    const more = await reader.submit(await reader.get('/portal/details'), '/portal/details', {
      ...{ email: 'eve@example.com', country: 'AT' },
    });
    expect(more.text).toMatch(/email is not known here/);
  });

  it('keeps what the customer would rather have', async () => {
    const page = await reader.get('/portal/details');
    const saved = await reader.submit(page, '/portal/preferences', {
      ...{ locale: 'de-AT', time_zone: 'Europe/Vienna', 'notices[]': 'card_expiring' },
    });
    expect(saved.text).toContain('Saved.');
    expect((await app.api.get(`/v1/customers/${ada}`)).body).toMatchObject({
      ...{ locale: 'de-AT', time_zone: 'Europe/Vienna' },
      notices_off: ['receipt', 'due_soon', 'credit_expiring'],
    });
    expect((await app.api.get(`/v1/customers/${ada}`)).body['payment_method_order']).toEqual([]);
    await app.api.send(
      'PATCH',
      `/v1/customers/${ada}`,
      '{"payment_method_order":["card","us_bank_account"]}',
      {
        'content-type': 'application/json',
      },
    );
    await reader.submit(await reader.get('/portal/details'), '/portal/preferences', { pay_by: 'sepa_debit' });
    expect((await app.api.get(`/v1/customers/${ada}`)).body['payment_method_order']).toEqual([
      ...['sepa_debit', 'card', 'us_bank_account'],
    ]);
    expect((await reader.get('/portal/details')).text).toContain('value="sepa_debit" selected');
    const wrong = await reader.submit(saved, '/portal/preferences', { time_zone: 'Mars/Base' });
    expect(wrong.text).toMatch(/role="alert">[^<]*time zone/i);
  });

  it('leads to the form of the provider for a card, and notes who asked', async () => {
    const adding = await reader.submit(await reader.get('/portal/methods'), '/portal/methods');
    expect(adding.path).toMatch(/^\/portal\/methods\/add\/pms_/);
    expect(adding.text).toMatch(
      /href="http:\/\/127\.0\.0\.1:9\/sim\/card\?return_to=[^"]*&amp;setup_intent=/,
    );
    const events = await app.eventStore.readAll(0n, 1_000);
    const asked = events.filter(({ type }) => type === 'PaymentMethodSetupRequested').at(-1);
    expect(asked?.metadata.actor).toEqual({ kind: 'customer', id: ada });
  });

  it('does nothing for a form of another site, or without its token', async () => {
    const page = await reader.get('/portal/details');
    expect((await reader.submit(page, '/portal/details', { csrf: 'x', name: 'Eve' })).status).toBe(403);
    expect((await app.api.get(`/v1/customers/${ada}`)).body['name']).not.toBe('Eve');
  });
});
