import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { accessibilityProblems, chromiumPath, launchChromium, newContext } from '../support/chromium.js';
import type { RunningApp } from '../support/counterfoil.js';
import { startApp } from '../support/counterfoil.js';
import { eventuallyHolds } from '../support/eventually.js';
import { createPageLooks, takesScreenshots } from '../support/page-looks.js';

const inBrowser = chromiumPath === undefined ? describe.skip : describe;

inBrowser('customers in a browser', () => {
  let app: RunningApp;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let looks: Awaited<ReturnType<typeof createPageLooks>>;
  const policyProblems: string[] = [];

  beforeAll(async () => {
    [app, browser, looks] = await Promise.all([
      startApp('Postgres'),
      launchChromium(),
      createPageLooks(['/pay', '/portal', '/sim/inbox']),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });
  beforeEach(async () => {
    context = await newContext(browser, {
      viewport: { width: 1280, height: 800 },
      timezoneId: 'Europe/Vienna',
    });
    page = await context.newPage();
    page.setDefaultTimeout(60_000);
    policyProblems.length = 0;
    page.on('console', (message) => {
      if (message.type() === 'error') policyProblems.push(message.text());
    });
    page.on('pageerror', (error) => policyProblems.push(String(error)));
  });
  afterEach(async () => {
    await context.close();
    expect(policyProblems).toEqual([]);
  });

  /** Nothing for axe to find, and nothing wider than a narrow screen. */
  async function look(name: string): Promise<void> {
    expect(await looks.look(page, name)).toEqual([]);
  }

  async function customerOf(): Promise<string> {
    const made = await app.api.post('/v1/customers', { name: 'Ada Lovelace', email: 'ada@example.com' });
    return String(made.body['id']);
  }

  async function invoiceOf(customer: string): Promise<string> {
    const draft = {
      ...{ customer, currency: 'EUR', days_until_due: 14, memo: 'Thank you for your order.' },
      lines: [
        {
          description: 'Oak desk, one of one',
          unit_price: '489.00',
          taxes: [{ name: 'VAT', percentage: '20' }],
        },
        { description: 'Desk lamp', quantity: '2', unit_price: '39.50' },
      ],
    };
    const made = await app.api.post('/v1/invoices', draft);
    await app.api.post(`/v1/invoices/${made.body['id']}/finalize`, {});
    return String(made.body['id']);
  }

  async function payLink(of?: string): Promise<string> {
    const invoice = of ?? (await invoiceOf(await customerOf()));
    return String((await app.api.post(`/v1/invoices/${invoice}/pay_links`, {})).body['url']);
  }

  async function giveCard(number: string): Promise<void> {
    await page.getByLabel('Card number').fill(number);
    await page.getByLabel('Expires, month and year').fill('12/34');
    await page.getByLabel('Security code').fill('123');
    await page.getByRole('button', { name: 'Use this card' }).click();
  }

  it('pay with 3-D Secure', async () => {
    await page.goto(await payLink());
    await look('pay');
    await page.getByRole('link', { name: 'Pay with a card' }).click();
    expect(await accessibilityProblems(page)).toEqual([]);
    await giveCard('4000 0027 6000 3184');
    await look('pay-with-card');
    await page.getByRole('button', { name: /^Pay 665\.80 EUR/ }).click();
    await page.getByRole('heading', { name: 'Your bank wants to hear from you' }).waitFor();
    await look('pay-bank');
    await page.getByRole('link', { name: 'Continue to your bank' }).click();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'Complete authentication' }).click();
    await page.getByRole('heading', { name: /is paid$/ }).waitFor();
    await look('pay-receipt');
  });

  it('are told why a card was declined, and pay with another one', async () => {
    await page.goto(await payLink());
    await page.getByRole('link', { name: 'Pay with a card' }).click();
    await giveCard('4000 0000 0000 9995');
    await page.getByRole('button', { name: /^Pay / }).click();
    await page.getByRole('alert').getByText('There is not enough money on the card.').waitFor();
    await look('pay-declined');
    await page.getByRole('link', { name: 'Pay with a card' }).click();
    await giveCard('4242 4242 4242 4242');
    await page.getByRole('button', { name: /^Pay / }).dblclick();
    await page.getByRole('heading', { name: /is paid$/ }).waitFor();
  });

  it(
    'sign in by a mailed link and look after their account',
    async () => {
      const customer = await customerOf();
      const invoice = await invoiceOf(customer);
      await app.api.post('/v1/credits', {
        customer,
        amount: 5_000,
        currency: 'EUR',
        type: 'goodwill',
        description: 'Sorry for the delay',
      });
      const payment = {
        amount: 12_00,
        currency: 'EUR',
        customer,
        payment_method: 'pm_card_visa',
        confirm: true,
      };
      const paid = await app.api.post('/v1/payments', { ...payment, description: 'A first order' });
      await app.api.post('/v1/refunds', { payment: paid.body['id'], amount: 300 });
      const other = await invoiceOf(customer);
      await app.api.post('/v1/payment_plans', {
        ...{ invoice: other, terms: { type: 'installments', count: 3 } },
      });
      await page.goto(`${app.url}/portal`);
      await look('portal-sign-in');
      await page.getByLabel('E-mail address').fill('ada@example.com');
      await page.getByRole('button', { name: 'Mail me a link' }).click();
      await page.getByText('a link is on its way there').waitFor();
      await eventuallyHolds(async () => {
        await page.goto(`${app.url}/sim/inbox`);
        expect(await page.getByRole('link', { name: /^Your link to sign in/ }).count()).toBeGreaterThan(0);
      });
      await look('inbox');
      await page
        .getByRole('link', { name: /^Your link to sign in/ })
        .first()
        .click();
      await look('inbox-mail');
      // Of the customers of this file that have the address, the last one was mailed as well.
      const session = await app.api.post('/v1/portal_sessions', { customer });
      await page.goto(String(session.body['url']));
      await look('portal-enter');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await eventuallyHolds(async () => {
        await page.goto(`${app.url}/portal`);
        expect(await page.getByRole('button', { name: /^Pay INV-/ }).count()).toBe(2);
      });
      await look('portal-overview');
      const ways = await page
        .getByRole('navigation', { name: 'Your account' })
        .getByRole('link')
        .allTextContents();
      expect(ways).toContain('Your details');
      for (const way of ways.filter((each) => each !== 'Overview')) {
        await page.getByRole('navigation', { name: 'Your account' }).getByRole('link', { name: way }).click();
        await page.getByRole('heading', { level: 1, name: way }).waitFor();
        await look(`portal-${way.toLowerCase().replace('your ', '')}`);
      }
      await page.goto(`${app.url}/portal/methods`);
      await page.getByRole('button', { name: 'Add a card' }).click();
      await look('portal-add-card');
      await page.getByRole('link', { name: 'Continue to the card form' }).click();
      await giveCard('4000 0025 0000 3155');
      await page.getByRole('button', { name: 'Complete authentication' }).click();
      await page.getByRole('rowheader', { name: /Visa ending in 3155/ }).waitFor();
      await page.goto(`${app.url}/portal/payments/${paid.body['id']}/receipt`);
      await look('portal-receipt');
      await page.goto(`${app.url}/portal/invoices/${invoice}`);
      await look('portal-invoice');
      await page.getByRole('button', { name: /^Pay / }).click();
      await page.getByText('Your credit pays 50.00 EUR of it').waitFor();
      await page.getByRole('radio', { name: /Visa ending in 3155/ }).check();
      await look('pay-saved-card');
      await page.getByRole('button', { name: /^Pay / }).click();
      await page
        .getByRole('link', { name: 'Continue to your bank' })
        .or(page.getByRole('heading', { name: /is paid$/ }))
        .first()
        .waitFor();
      const nothing = await context.newPage();
      await nothing.goto(`${app.url}/portal/invoices/${await invoiceOf(await customerOf())}`);
      expect(await nothing.textContent('main')).toContain('There is nothing of this kind with this id.');
      expect(await looks.look(nothing, 'portal-nothing-here')).toEqual([]);
    },
    takesScreenshots ? 400_000 : 120_000,
  );

  it('are told what became of a link that there is nothing to pay at any more', async () => {
    // These answer with a status that the browser complains of, so another tab than the one that is listened to shows them.
    const tab = await context.newPage();
    const shows = async (url: string, words: RegExp, name: string) => {
      await tab.goto(url);
      expect(await tab.textContent('main')).toMatch(words);
      expect(await looks.look(tab, name)).toEqual([]);
    };
    const [voided, paid, old] = await Promise.all([1, 2, 3].map(async () => invoiceOf(await customerOf())));
    const [voidedLink, paidLink, oldLink] = await Promise.all([voided, paid, old].map(payLink));
    await app.api.post(`/v1/invoices/${voided}/void`, {});
    const tenders = [{ type: 'card', payment_method: 'pm_card_visa' }];
    await app.api.post(`/v1/invoices/${paid}/pay`, { tenders });
    await shows(voidedLink ?? '', /Nothing is to be paid for it any more/, 'pay-void');
    await shows(paidLink ?? '', /There is nothing left to pay/, 'pay-paid-elsewhere');
    await shows(`${app.url}/pay`, /Open the link that you were sent/, 'pay-without-a-link');
    await app.api.post('/sim/clock', { advance_seconds: 31 * 86_400 });
    await shows(oldLink ?? '', /This link is too old/, 'pay-expired');
    // A page that is added is looked at here, too.
    expect(looks.missed()).toEqual([]);
  });
});
