import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import type { InMemoryLinks } from '../../support/in-memory-notifications.js';
import { issueInvoice } from '../../support/issue-invoice.js';
import { fieldsOf, pageReader } from '../../support/page-reader.js';
import { at } from '../../support/payment-examples.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';
import { saveMethod } from './saved-method.js';

let app: RunningServer;
beforeAll(async () => {
  app = await startServer();
});
afterAll(() => app.stop());

async function customerOf(): Promise<string> {
  return String((await app.api.post('/v1/customers', { name: 'Ada', email: 'ada@example.com' })).body['id']);
}

/** An open invoice over 42.00 USD and the path of its pay page. */
async function payable(total = 4_200, of?: string) {
  const customer = of ?? (await customerOf());
  const invoice = String((await issueInvoice(app.api, customer, total)).body['id']);
  const link = await app.api.post(`/v1/invoices/${invoice}/pay_links`, {});
  expect(link.status).toBe(201);
  return { customer, invoice, path: new URL(String(link.body['url'])).pathname };
}

/** An invoice over 90.00 USD that is paid in three parts of 30.00, and the path of its pay page. */
async function inParts() {
  const made = await payable(9000);
  const terms = { type: 'installments', count: 3 };
  const plan = await app.api.post('/v1/payment_plans', { invoice: made.invoice, terms });
  expect(plan.body).toMatchObject({ status: 'active' });
  return { ...made, plan: String(plan.body['id']) };
}

const statusOf = async (invoice: string) => (await app.api.get(`/v1/invoices/${invoice}`)).body['status'];
const chargesSince = (count: number) =>
  app.gateway.calls.slice(count).filter((call) => call.startsWith('confirm'));

describe('the pay page', () => {
  it('shows what is owed and nothing that a stranger could use, and pays it with the card that comes back', async () => {
    const { invoice, path } = await payable();
    const reader = pageReader(app.url);
    const first = await reader.get(path);
    expect(first.text).toContain('<h1>42.00 USD to pay</h1>');
    expect(first.text).toContain('Chairs');
    expect(first.text).toContain('http://127.0.0.1:9/sim/card?return_to=');
    expect(first.text).not.toContain('ada@example.com');
    const back = await reader.get(`${path}?payment_method=pm_card_visa`);
    const paid = await reader.submit(back, path);
    expect(paid.text).toContain('Thank you. Your payment was received.');
    expect(paid.text).toMatch(/<h1>Invoice INV-\d+-\d+ is paid<\/h1>/);
    expect(paid.text).toMatch(/Paid: Card/);
    expect(await statusOf(invoice)).toBe('paid');
    const events = await app.eventStore.readAll(0n, 1_000);
    const started = events.find(
      ({ type, data }) => type === 'CollectionStarted' && data['invoiceId'] === invoice,
    );
    expect(started?.metadata.actor.kind).toBe('customer');
  });

  it('offers first what the customer would rather pay by, and otherwise the default', async () => {
    const { customer, path } = await payable();
    await saveMethod(app, customer, 'pm_first_card');
    await saveMethod(app, customer, 'pm_then_sepa', 'sepa_debit');
    const offered = async () =>
      [
        ...(await pageReader(app.url).get(path)).text.matchAll(
          /name="payment_method" value="(pm_\w+)"( checked)?/g,
        ),
      ].map(([, id, checked]) => [id, checked === ' checked']);
    expect(await offered()).toEqual([
      ['pm_first_card', true],
      ['pm_then_sepa', false],
    ]);
    const order = { payment_method_order: ['sepa_debit', 'card'] };
    const said = await app.api.send('PUT', `/v1/customers/${customer}/preferences`, JSON.stringify(order), {
      'content-type': 'application/json',
    });
    expect(said.body).toMatchObject(order);
    expect(await offered()).toEqual([
      ['pm_then_sepa', true],
      ['pm_first_card', false],
    ]);
  });

  it('tells of a decline in plain words, and takes another card', async () => {
    const { invoice, path } = await payable();
    const reader = pageReader(app.url);
    const declined = await reader.submit(await reader.get(`${path}?payment_method=pm_declined`), path);
    expect(declined.text).toMatch(
      /did not go through\. There is not enough money on the card\..*Nothing was taken/,
    );
    expect(await statusOf(invoice)).toBe('open');
    const page = await reader.get(`${path}?payment_method=pm_declined`);
    await reader.submit(page, path);
    expect((await reader.submit(page, path)).text).toMatch(
      /told bad" role="alert">The payment did not go through/,
    );
    expect((await pageReader(app.url).get(path)).text).toContain('There is not enough money on the card.');
    const paid = await reader.submit(await reader.get(`${path}?payment_method=pm_card_visa`), path);
    expect(paid.text).toContain('Your payment was received.');
  });

  it('charges once when the button is pressed twice, at once or later, or in two windows', async () => {
    const { invoice, path } = await payable();
    const before = app.gateway.calls.length;
    const reader = pageReader(app.url);
    const page = await reader.get(`${path}?payment_method=pm_card_visa`);
    const other = pageReader(app.url);
    const otherPage = await other.get(`${path}?payment_method=pm_card_visa`);
    const answers = await Promise.all([
      reader.submit(page, path),
      reader.submit(page, path),
      other.submit(otherPage, path),
    ]);
    for (const { status, text } of answers) {
      expect(status).toBe(200);
      expect(text).toMatch(/is paid|to pay|under way/);
    }
    await reader.submit(page, path);
    expect(chargesSince(before)).toHaveLength(1);
    expect(await statusOf(invoice)).toBe('paid');
  });

  it('takes no other amount, and no page from before the amount changed', async () => {
    const { invoice, path } = await payable();
    const before = app.gateway.calls.length;
    const reader = pageReader(app.url);
    const page = await reader.get(`${path}?payment_method=pm_card_visa`);
    const forged = await reader.submit(page, path, { due: '1' });
    expect(forged.text).toContain('What is due has changed.');
    expect((await reader.submit(page, path, { amount: '1', once: 'a' })).text).toMatch(/amount/);
    const note = { invoice, amount: 200, reason: 'goodwill' };
    expect((await app.api.post('/v1/credit_notes', note)).status).toBe(201);
    expect((await reader.submit(page, path, { once: 'b' })).text).toContain('What is due has changed.');
    expect(chargesSince(before)).toEqual([]);
  });

  it('asks of a plan for the parts that are due, and for everything only where its payer wants that', async () => {
    const { invoice, path, plan } = await inParts();
    const reader = pageReader(app.url);
    const ahead = await reader.get(path);
    expect(ahead.text).toContain('<h1>Nothing is due now</h1>');
    expect(ahead.text).toMatch(/Part 1 falls due on \d+ \w+ \d+, and is collected by itself then\./);
    expect(ahead.text).toContain('Pay everything that is left: 90.00 USD');
    await app.api.post(`/v1/payment_plans/${plan}/prepay`, { parts: 2 });
    const page = await reader.get(`${path}?payment_method=pm_card_visa`);
    expect(page.text).toContain('<h1>60.00 USD to pay</h1>');
    expect(page.text).toMatch(/Part 1 is due on[\s\S]*Part 2 is due on/);
    // Neither of the two amounts is for whoever sends the form to choose.
    for (const [index, forged] of [{ what: 'all' }, { due: '3000' }, { left: '6000' }].entries()) {
      const refused = await reader.submit(page, path, { ...forged, once: `forged-${index}` });
      expect(refused.text).toContain('What is due has changed.');
    }
    expect((await app.api.get(`/v1/invoices/${invoice}`)).body['amount_due']).toBe(9000);
    const paid = await reader.submit(page, path);
    expect(paid.text).toMatch(/Your payment was received\.[\s\S]*<h1>Nothing is due now<\/h1>/);
    expect((await app.api.get(`/v1/invoices/${invoice}`)).body['amount_due']).toBe(3000);
    const all = await reader.submit(await reader.get(`${path}?payment_method=pm_card_visa&what=all`), path);
    expect(all.text).toMatch(/<h1>Invoice INV-\d+-\d+ is paid<\/h1>/);
    const whole = await inParts();
    const shown = await reader.get(`${whole.path}?payment_method=pm_card_visa&what=all`);
    expect(shown.text).toContain('<h1>90.00 USD to pay</h1>');
    expect(shown.text).toContain('Pay only the next part: 30.00 USD');
    await reader.submit(shown, whole.path);
    expect(await statusOf(whole.invoice)).toBe('paid');
  });

  it('takes nothing for the next part where the one that a page had shown is paid meanwhile', async () => {
    const { invoice, path, plan } = await inParts();
    await app.api.post(`/v1/payment_plans/${plan}/prepay`, { parts: 1 });
    const reader = pageReader(app.url);
    const before = await reader.get(`${path}?payment_method=pm_card_visa`);
    const tenders = [{ type: 'card', payment_method: 'pm_card_visa', off_session: true }];
    const collected = await app.api.post(`/v1/invoices/${invoice}/pay`, { amount: 3000, tenders });
    expect(collected.status).toBe(201);
    const charged = app.gateway.calls.length;
    expect((await reader.submit(before, path)).text).toContain('What is due has changed.');
    expect(chargesSince(charged)).toEqual([]);
    expect((await app.api.get(`/v1/invoices/${invoice}`)).body['amount_due']).toBe(6000);
  });

  it('asks for 3-D Secure where the bank wants it, and lets the payer choose another way', async () => {
    const { invoice, path } = await payable();
    const reader = pageReader(app.url);
    const asked = await reader.submit(await reader.get(`${path}?payment_method=pm_3ds`), path);
    expect(asked.text).toContain('Your bank wants to hear from you');
    expect(asked.text).toContain('/sim/3ds/pi_');
    const second = pageReader(app.url);
    const seen = await second.get(path);
    expect(seen.text).toContain('Continue to your bank');
    const canceled = await reader.submit(asked, `${path}/cancel`);
    expect(canceled.text).toContain('The payment was called off. Nothing was taken.');
    const paid = await reader.submit(await reader.get(`${path}?payment_method=pm_card_visa`), path);
    expect(paid.text).toContain('Your payment was received.');
    expect(await statusOf(invoice)).toBe('paid');
  });

  it('uses credit first, and a card for the rest or not at all', async () => {
    const customer = await customerOf();
    const credit = { customer, amount: 1_200, type: 'promotional' };
    await app.api.post('/v1/credits', credit);
    const { path, invoice } = await payable(4_200, customer);
    const reader = pageReader(app.url);
    const page = await reader.get(`${path}?payment_method=pm_card_visa`);
    expect(page.text).toContain('Your credit pays 12.00 USD of it, and your card 30.00 USD.');
    const paid = await reader.submit(page, path);
    expect(paid.text).toMatch(/Paid: Your credit[\s\S]*12\.00 USD[\s\S]*Paid: Card[\s\S]*30\.00 USD/);
    expect(await statusOf(invoice)).toBe('paid');

    await app.api.post('/v1/credits', { ...credit, amount: 9_900 });
    const covered = await payable(500, customer);
    const whole = await reader.submit(await reader.get(covered.path), covered.path);
    expect(whole.text).toMatch(/is paid[\s\S]*Paid: Your credit/);
  });

  it('says so when it is over: paid elsewhere, void, expired, or never there', async () => {
    const { invoice, path } = await payable();
    await app.api.post(`/v1/invoices/${invoice}/void`, {});
    expect((await pageReader(app.url).get(path)).text).toContain('was canceled');
    const expired = await payable();
    const links = app.container.get(httpTokens.links) as InMemoryLinks;
    const token = expired.path.split('/').at(-1) ?? '';
    links.kept.set(token, { ...(links.kept.get(token) as never as object), expiresAt: at } as never);
    const late = await pageReader(app.url).get(expired.path);
    expect([late.status, late.text.includes('This link is too old')]).toEqual([410, true]);
    const nowhere = await pageReader(app.url).get(`/pay/${'x'.repeat(43)}`);
    expect([nowhere.status, nowhere.text.includes('This link leads nowhere')]).toEqual([404, true]);
    expect((await pageReader(app.url).get('/pay/short')).status).toBe(404);
    expect((await pageReader(app.url).get('/pay')).text).toContain('Open the link that you were sent');
    expect((await app.api.post(`/v1/invoices/${invoice}/pay_links`, {})).status).toBe(409);
  });

  it('takes no form without its token, none of another site, and no card number', async () => {
    const { invoice, path } = await payable();
    const reader = pageReader(app.url);
    const page = await reader.get(`${path}?payment_method=pm_card_visa`);
    expect((await reader.submit(page, path, { csrf: 'x' })).status).toBe(403);
    const number = await reader.submit(page, path, { payment_method: '4242424242424242' });
    expect(number.text).toMatch(/card number/i);
    expect(await statusOf(invoice)).toBe('open');
    const log = JSON.stringify(app.logger.lines);
    expect(log).not.toContain('4242424242424242');
    expect(log).not.toContain(path.split('/').at(-1));
  });

  it('stops who tries one card after the other', async () => {
    const rule = { refillSeconds: 3_600, refusalsBorne: 0, limit: 1, limitAlone: 1 };
    const guarded = await startServer({ limitRules: { declines_of_customer: rule } });
    try {
      const customer = (await guarded.api.post('/v1/customers', {})).body['id'];
      const invoice = (await issueInvoice(guarded.api, String(customer), 4_200)).body['id'];
      const link = await guarded.api.post(`/v1/invoices/${invoice}/pay_links`, {});
      const path = new URL(String(link.body['url'])).pathname;
      const reader = pageReader(guarded.url);
      const statuses: number[] = [];
      for (let card = 0; card < 4; card += 1) {
        const page = await reader.get(`${path}?payment_method=pm_declined`);
        statuses.push((await reader.submit(page, path)).status);
      }
      expect(statuses).toEqual([200, 200, 429, 429]);
    } finally {
      await guarded.stop();
    }
  });

  it('holds what it shows as text, whatever was written into the invoice', async () => {
    const customer = await customerOf();
    const evil = '<script>alert(1)</script><img src=x onerror=y>';
    const line = { description: evil, unit_price: '10.00' };
    const draft = { customer, currency: 'USD', days_until_due: 1, lines: [line], memo: evil };
    const made = await app.api.post('/v1/invoices', draft);
    await app.api.post(`/v1/invoices/${made.body['id']}/finalize`, {});
    const link = await app.api.post(`/v1/invoices/${made.body['id']}/pay_links`, {});
    const shown = await pageReader(app.url).get(new URL(String(link.body['url'])).pathname);
    expect(shown.text).not.toMatch(/<script>|<img/);
    expect(shown.text).toContain('&lt;script&gt;');
    const given = await pageReader(app.url).get(
      `${new URL(String(link.body['url'])).pathname}?payment_method=pm_card_visa`,
    );
    expect(fieldsOf(given.text, new URL(String(link.body['url'])).pathname)['due']).toBe('1000');
  });

  it("lets Stripe's script and frames into the pay page alone, and only with Stripe's keys", async () => {
    const cardEntry = { kind: 'stripe', publishableKey: 'pk_test_0123456789' } as const;
    const real = await startServer({ cardEntry });
    try {
      const customer = String((await real.api.post('/v1/customers', {})).body['id']);
      const invoice = (await issueInvoice(real.api, customer, 4_200)).body['id'];
      const link = await real.api.post(`/v1/invoices/${invoice}/pay_links`, {});
      const path = new URL(String(link.body['url'])).pathname;
      const policyOf = async (url: string) =>
        String((await real.as(null).get(url)).headers['content-security-policy']);
      const page = await real.as(null).get(path);
      expect(page.text).toContain('data-key="pk_test_0123456789" data-currency="usd" data-amount="4200"');
      expect(page.text).not.toContain('/sim/');
      const policy = await policyOf(path);
      expect(policy).toMatch(/script-src 'self' https:\/\/js\.stripe\.com/);
      expect(policy).toMatch(/frame-src https:\/\/js\.stripe\.com/);
      expect(policy).toMatch(/connect-src 'self' https:\/\/api\.stripe\.com/);
      expect(policy).toMatch(/form-action 'self'(;|$)/);
      for (const other of ['/portal/sign-in', `/pay/${'x'.repeat(43)}`]) {
        expect(await policyOf(other)).not.toContain('stripe');
      }
      const { path: ours } = await payable();
      const simulated = await app.as(null).get(ours);
      expect(String(simulated.headers['content-security-policy'])).not.toContain('stripe');
    } finally {
      await real.stop();
    }
  });
});
