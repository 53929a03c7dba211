import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { Json } from '../support/api-client.js';
import { items } from '../support/api-client.js';
import type { RunningApp } from '../support/counterfoil.js';
import { startApp } from '../support/counterfoil.js';
import { eventually } from '../support/eventually.js';
import { issueInvoice } from '../support/issue-invoice.js';
import { pageReader } from '../support/page-reader.js';

const dayS = 86_400;

describe('notices to customers', () => {
  let app: RunningApp;
  let customer: string;
  beforeAll(async () => {
    app = await startApp('Postgres');
    const profile = { name: 'Ada', email: 'ada@example.com', locale: 'de-DE', time_zone: 'Europe/Berlin' };
    customer = String((await app.api.post('/v1/customers', profile)).body['id']);
  });
  afterAll(() => app?.stop());

  /** The one notice of a kind, once it was sent. */
  async function sent(kind: string, of = customer): Promise<Json> {
    const path = `/v1/notifications?customer=${of}&kind=${kind}`;
    const told = await eventually(
      async () => items(await app.api.get(path)),
      (rows) => rows.length > 0 && rows.every(({ status }) => status === 'sent'),
    );
    expect(told).toHaveLength(1);
    return told[0] ?? {};
  }

  async function mailOf({ message_id: id }: Json): Promise<{ subject: string; body_text: string }> {
    const client = new pg.Client({ connectionString: app.databaseUrl });
    await client.connect();
    try {
      const found = await client.query('select * from counterfoil.inbox_mails where message_id = $1', [id]);
      return found.rows[0];
    } finally {
      await client.end();
    }
  }

  it('tell of a plan: what could not be collected, what is due soon, and what was missed', async () => {
    const invoice = String((await issueInvoice(app.api, customer, 90_00)).body['id']);
    const terms = { type: 'installments', count: 2, grace_days: 2, notice_days: 3 };
    await app.api.post('/v1/payment_plans', { invoice, terms });
    const failed = await mailOf(await sent('installment_failed'));
    expect(failed.body_text).toMatch(/45,00\s\$ einziehen, Rate 1 von INV-.*Es ist keine Karte hinterlegt/s);
    expect(failed.body_text).toMatch(/Jetzt zahlen:\nhttp:\/\/127\.0\.0\.1:\d+\/pay\/[\w-]{43}\n/);
    await app.api.post('/sim/clock', { advance_seconds: 4 * dayS });
    expect((await mailOf(await sent('overdue'))).subject).toMatch(/45,00\s\$ waren am .* fällig/);
    await app.api.post('/sim/clock', { advance_seconds: 25 * dayS });
    expect((await mailOf(await sent('due_soon'))).subject).toMatch(/45,00\s\$ werden am .* fällig/);
  });

  it('tell of dates: an invoice that falls due, credit and a card that expire, each once', async () => {
    const other = String(
      (await app.api.post('/v1/customers', { name: 'Bob', email: 'bob@example.com' })).body['id'],
    );
    const setup = await app.api.post(`/v1/customers/${other}/setup_intents`, {});
    const intent = String(setup.body['client_secret']).split('_secret_')[0];
    const now = new Date(String((await app.api.get('/sim/clock')).body['now']));
    const card = {
      type: 'card',
      'card[number]': '4242424242424242',
      'card[exp_month]': String(now.getUTCMonth() + 1),
      'card[exp_year]': String(now.getUTCFullYear()),
      'card[cvc]': '123',
    };
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const made = await app.simulator.send(
      'POST',
      '/v1/payment_methods',
      new URLSearchParams(card).toString(),
      form,
    );
    const confirmed = new URLSearchParams({ payment_method: String(made.body['id']) }).toString();
    await app.simulator.send('POST', `/v1/setup_intents/${intent}/confirm`, confirmed, form);
    await eventually(
      async () => items(await app.api.get(`/v1/customers/${other}/payment_methods`)),
      (methods) => methods.length === 1,
    );
    await issueInvoice(app.api, other, 12_00, { days_until_due: 2 });
    const expiresOn = new Date(now.getTime() + 3 * dayS * 1000).toISOString().slice(0, 10);
    await app.api.post('/v1/credits', {
      customer: other,
      amount: 700,
      type: 'promotional',
      expires_on: expiresOn,
    });
    for (let time = 0; time < 2; time += 1) {
      // The first run may look before the read models have heard of all of it.
      await eventually(
        async () => {
          await app.api.post('/v1/jobs/notices_of_dates/run', {});
          return items(await app.api.get(`/v1/notifications?customer=${other}`)).map(({ kind }) => kind);
        },
        (kinds) => new Set(kinds).size === 3,
      );
    }
    expect((await mailOf(await sent('due_soon', other))).subject).toMatch(/^\$12\.00 is due on /);
    expect((await mailOf(await sent('credit_expiring', other))).subject).toMatch(/^Your credit of \$7\.00/);
    expect((await mailOf(await sent('card_expiring', other))).body_text).toMatch(/visa •••• 4242 expires/);
  });

  it('tell of a refund that the bank did not take', async () => {
    const payment = await app.api.post('/v1/payments', {
      ...{ amount: 50_00, currency: 'EUR', customer, payment_method: 'pm_card_refundFail', confirm: true },
    });
    await app.api.post('/v1/refunds', { payment: payment.body['id'] });
    await app.api.post('/sim/clock', { advance_seconds: dayS });
    await sent('refund_failed');
    expect((await mailOf(await sent('receipt'))).subject).toMatch(/50,00\s€/);
  });

  it('lead from the mail of an invoice over the card form to the receipt', async () => {
    const payer = String(
      (await app.api.post('/v1/customers', { name: 'Eve', email: 'eve@example.com' })).body['id'],
    );
    const invoice = String((await issueInvoice(app.api, payer, 33_00)).body['id']);
    await app.api.post(`/v1/invoices/${invoice}/send`, {});
    const { body_text: text } = await mailOf(await sent('invoice', payer));
    const path = new URL(/http:\S+\/pay\/\S+/.exec(text)?.[0] ?? '').pathname;
    const reader = pageReader(app.url);
    const page = await reader.get(path);
    const cardPage = /href="([^"]*\/sim\/card\?[^"]*)"/.exec(page.text)?.[1] ?? '';
    const returnTo = new URL(cardPage).searchParams.get('return_to') ?? '';
    const given = await fetch(new URL('/sim/card', cardPage), {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({
        ...{ return_to: returnTo, number: '4242 4242 4242 4242', expiry: '12/34', cvc: '123' },
      }),
    });
    const back = new URL(given.headers.get('location') ?? '');
    expect(`${back.origin}${back.pathname}`).toBe(returnTo);
    const paid = await reader.submit(await reader.get(`${back.pathname}${back.search}`), path);
    expect(paid.text).toContain('Your payment was received.');
    expect((await mailOf(await sent('receipt', payer))).subject).toBe('Your receipt for $33.00');
    const inbox = await reader.get('/sim/inbox');
    expect(inbox.text).toContain('Your receipt for $33.00');
  });

  it('are all on the account that a customer sees in the portal', async () => {
    const profile = { name: 'Flo', email: 'flo@example.com' };
    const flo = String((await app.api.post('/v1/customers', profile)).body['id']);
    await app.api.post('/v1/credits', { customer: flo, amount: 500, type: 'goodwill' });
    const invoice = String((await issueInvoice(app.api, flo, 33_00)).body['id']);
    const tenders = [{ type: 'credit' }, { type: 'card', payment_method: 'pm_card_visa' }];
    await app.api.post(`/v1/invoices/${invoice}/pay`, { tenders });
    await eventually(
      async () => (await app.api.get(`/v1/invoices/${invoice}`)).body['status'],
      (status) => status === 'paid',
    );
    const [payment] = await eventually(
      async () => items(await app.api.get(`/v1/payments?customer=${flo}`)),
      (rows) => rows.length === 1,
    );
    await app.api.post('/v1/refunds', { payment: payment?.['id'], amount: 800 });
    // The account shows what happened in its order, so the credit note of the refund is waited for.
    await eventually(
      async () => Number((await app.api.get(`/v1/invoices/${invoice}`)).body['amount_credited']),
      (credited) => credited === 800,
    );
    await issueInvoice(app.api, flo, 12_00);
    const link = await app.api.post('/v1/portal_sessions', { customer: flo });
    const reader = pageReader(app.url);
    const enter = new URL(String(link.body['url'])).pathname;
    await reader.submit(await reader.get(enter), enter);
    const shown = (path: string, wanted: RegExp) =>
      eventually(
        async () => (await reader.get(path)).text,
        (text) => wanted.test(text),
      );
    await shown('/portal', /<dt>To pay<\/dt>\s*<dd>12\.00 USD<\/dd>[\s\S]*overdue<\/dt>\s*<dd>Nothing/);
    await shown(
      '/portal/payments',
      /Paid, and partly refunded[\s\S]*Refund sent: 8\.00 USD[\s\S]*28\.00 USD/,
    );
    await shown('/portal/credits', /<td>spent<\/td>[\s\S]*<td>held<\/td>[\s\S]*<td>granted<\/td>/);
    const lines = await shown('/portal/statement', /Credit note[\s\S]*Invoice finalized/);
    expect(lines).toMatch(/You owe<\/dt>\s*<dd>12\.00 USD/);
    await shown(`/portal/invoices/${invoice}`, /Credit note CN-[\d-]+<\/a>[\s\S]*, 8\.00 USD/);
  });
});
