import { describe, expect, it } from '@jest/globals';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import type { Browser } from '../../support/browser.js';
import type { InMemoryNotifications } from '../../support/in-memory-notifications.js';
import { issueInvoice } from '../../support/issue-invoice.js';
import { fieldsOf } from '../../support/page-reader.js';
import type { ConsoleUse } from './console-use.js';
import { madeBefore } from './made-before.js';
import { saveMethod } from './saved-method.js';

/** How operators find money that did not come, and ask for it again. */
export function recoveryPages({ server, as }: ConsoleUse): void {
  async function payment(more: Readonly<Record<string, unknown>>): Promise<string> {
    const body = { amount: 5_000, currency: 'USD', payment_method: 'pm_declined', confirm: true, ...more };
    const answer = await server().api.post('/v1/payments', body);
    return String((answer.body['payment'] as { readonly id: string }).id);
  }

  describe('money that did not come', () => {
    const reason = 'They called';

    /** What a page's form to this address holds, filled in further, sent twice; where the first one led. */
    async function pressTwice(browser: Browser, from: string, to: string, more: Record<string, string>) {
      const fields = { ...fieldsOf((await browser.get(from)).text, to), ...more, reason };
      const first = await browser.send(to, fields);
      const told = await browser.follow(first);
      const second = await browser.follow(await browser.send(to, fields));
      return { first, told, second };
    }

    async function customerWith(...methods: readonly string[]): Promise<string> {
      const id = String((await server().api.post('/v1/customers', { name: 'Payer' })).body['id']);
      for (const method of methods) await saveMethod(server(), id, method);
      return id;
    }

    const factsOf = async (stream: `${string}-${string}`) =>
      (await server().eventStore.readStream(stream)).map(
        ({ type, metadata }) => `${type} ${metadata.reason}`,
      );

    it('is asked of a saved card again, once however often the button is pressed', async () => {
      const { browser } = await as('finance');
      const customer = await customerWith('pm_saved_1');
      const id = await payment({ customer });
      const at = `/admin/payments/${id}`;
      expect((await browser.get(at)).text).toContain(
        '<option value="pm_saved_1">Visa ending in 4242, 12/2030<',
      );
      const { told } = await pressTwice(browser, at, `${at}/confirm`, { payment_method: 'pm_saved_1' });
      expect(told.text).toContain('The payment is now: succeeded.');
      expect((await factsOf(`payment-${id}`)).filter((fact) => fact.startsWith('PaymentConfirm'))).toEqual([
        'PaymentConfirmRequested null',
        `PaymentConfirmRequested ${reason}`,
      ]);
      expect(server().gateway.payers.at(-1)).toMatchObject({ offSession: true });
      expect((await browser.get(at)).text).not.toContain('Try again');
    });

    it('tells of another decline in plain words, and refuses a card that is not saved', async () => {
      const { browser } = await as('finance');
      const customer = await customerWith('pm_declined');
      const id = await payment({ customer });
      const at = `/admin/payments/${id}`;
      const { told, second } = await pressTwice(browser, at, `${at}/confirm`, {
        payment_method: 'pm_declined',
      });
      for (const { text } of [told, second]) {
        expect(text).toMatch(/role="alert">The card has insufficient funds/);
      }
      const other = await pressTwice(browser, at, `${at}/confirm`, { payment_method: 'pm_of_another' });
      expect(other.told.text).toMatch(/role="alert">[^<]*not saved this payment method/);
      expect(
        (await factsOf(`payment-${id}`)).filter((fact) => fact.startsWith('PaymentConfirm')),
      ).toHaveLength(2);
    });

    it('says so where no card is saved and there is no invoice, and offers nothing to who may not', async () => {
      const id = await payment({});
      const finance = await as('finance');
      expect((await finance.browser.get(`/admin/payments/${id}`)).text).toContain(
        'It is of no customer and it belongs to no invoice',
      );
      const customer = await customerWith('pm_saved_2');
      const known = await payment({ customer });
      const { browser } = await as('support');
      const { text } = await browser.get(`/admin/payments/${known}`);
      expect(text).not.toContain('Try again');
      const fields = { payment_method: 'pm_saved_2', reason };
      const to = `/admin/payments/${known}/confirm`;
      expect((await browser.submit(to, fields, `/admin/payments/${known}`)).status).toBe(403);
    });

    /** An open invoice over 42.00 USD on which a card was declined, and that payment. */
    async function declinedInvoice(customer: string) {
      const invoice = String((await issueInvoice(server().api, customer, 4_200)).body['id']);
      const tenders = [{ type: 'card', payment_method: 'pm_declined' }];
      const declined = await server().api.post(`/v1/invoices/${invoice}/pay`, { amount: 2_000, tenders });
      const { legs } = declined.body['collection'] as {
        readonly legs: readonly { readonly payment: string }[];
      };
      return { invoice, payment: String(legs[0]?.payment) };
    }

    it('is collected on the invoice of a payment that was declined, as much as the payment was over', async () => {
      const { browser } = await as('finance');
      const { invoice, payment: declined } = await declinedInvoice(await customerWith('pm_saved_3'));
      const [from, to] = [`/admin/payments/${declined}`, `/admin/invoices/${invoice}/collect`];
      expect(fieldsOf((await browser.get(from)).text, to)).toMatchObject({ amount: '20.00' });
      const before = server().gateway.calls.length;
      const { told } = await pressTwice(browser, from, to, { by: 'pm_saved_3' });
      expect(told.text).toContain('The money is collected.');
      expect(
        server()
          .gateway.calls.slice(before)
          .filter((call) => call.startsWith('confirm')),
      ).toHaveLength(1);
      const { body } = await server().api.get(`/v1/invoices/${invoice}`);
      expect([body['amount_paid'], body['amount_due']]).toEqual([2_000, 2_200]);
      const at = `/admin/invoices/${invoice}`;
      const unsaved = await pressTwice(browser, at, to, { by: 'pm_of_another' });
      expect(unsaved.told.text).toMatch(/role="alert">The customer has not saved this card/);
      const rest = await pressTwice(browser, at, to, { by: 'credit' });
      expect(rest.told.text).toMatch(/role="alert">The tenders leave 22.00 USD unpaid/);
      await pressTwice(browser, at, to, { by: 'pm_saved_3' });
      expect((await server().api.get(`/v1/invoices/${invoice}`)).body['status']).toBe('paid');
      expect((await browser.get(at)).text).not.toContain('Collect now');
    });

    it('is asked of the customer by a link that is shown once, and mailed where that is wanted', async () => {
      const { browser } = await as('finance');
      const { invoice, payment: declined } = await declinedInvoice(await customerWith());
      const [from, to] = [`/admin/payments/${declined}`, `/admin/invoices/${invoice}/pay_link`];
      expect((await browser.get(from)).text).toContain('Ask the customer to pay');
      const { first, second } = await pressTwice(browser, from, to, { mail: 'no' });
      const link = /id="secret">https:\/\/pay\.example(\/pay\/[\w-]{43})</.exec(first.text)?.[1] ?? '';
      expect((await browser.get(link)).text).toContain('42.00 USD to pay');
      expect(second.text).toContain('This was done already.');
      expect(second.text).not.toContain('/pay/');
      expect(await factsOf(`invoice-${invoice}`)).not.toContain(`InvoiceSent ${reason}`);
      const mailed = await pressTwice(browser, from, to, { mail: 'yes' });
      expect(mailed.first.text).toContain('A mail with a link of its own is on its way');
      expect(await factsOf(`invoice-${invoice}`)).toContain(`InvoiceSent ${reason}`);
      // It is sent: only who may send notices anew is offered it.
      expect((await browser.get(`/admin/invoices/${invoice}`)).text).not.toContain('name="mail"');
    });

    it('has the notice of an invoice sent anew by who may', async () => {
      const { browser } = await as('owner');
      const { invoice } = await declinedInvoice(await customerWith());
      await server().api.post(`/v1/invoices/${invoice}/send`, {});
      const notifications = server().container.get(httpTokens.notifications) as InMemoryNotifications;
      const [at, to] = [`/admin/invoices/${invoice}`, `/admin/invoices/${invoice}/pay_link`];
      expect((await browser.get(at)).text).not.toContain('name="mail"');
      const notice = { kind: 'invoice', subject: invoice, state: 'sent', eventId: null } as const;
      await notifications.queue({ ...notice, customer: 'cus_1', facts: {} });
      await pressTwice(browser, at, to, { mail: 'yes' });
      const sendings = [...notifications.kept.values()]
        .filter(({ row }) => row.subject === invoice)
        .map(({ row }) => row.sending);
      expect(sendings).toEqual([2]);
    });
  });

  describe('the list of payments', () => {
    it('shows those that are stuck, and those that were declined with the reason', async () => {
      const [stuck, young, paid] = [
        await madeBefore(server(), 25 * 60, 'pm_3ds'),
        await madeBefore(server(), 23 * 60, 'pm_3ds'),
        await madeBefore(server(), 25 * 60, 'pm_card_visa'),
      ];
      const declined = await madeBefore(server(), 25 * 60, 'pm_declined');
      const { browser } = await as('auditor');
      const [onlyStuck, onlyDeclined] = [
        (await browser.get('/admin/payments?stuck=yes')).text,
        (await browser.get('/admin/payments?declined=yes')).text,
      ];
      const shown = (text: string) =>
        [stuck, young, paid, declined].map((id) => text.includes(`/admin/payments/${id}`));
      expect(shown(onlyStuck)).toEqual([true, false, false, false]);
      expect(shown(onlyDeclined)).toEqual([false, false, false, true]);
      expect(onlyDeclined).toContain('>insufficient funds<');
      const file = await browser.get('/admin/payments/csv?stuck=yes');
      expect(file.text).toContain(stuck);
      expect(file.text).not.toContain(young);
    });
  });

  describe('an invoice on its page', () => {
    it('shows its taxes, what it was paid with, its credit notes, its plan and its attempts, and can be printed', async () => {
      const customer = String((await server().api.post('/v1/customers', { name: 'Payer' })).body['id']);
      const vat = { name: 'USt', percentage: '19', jurisdiction: 'DE' };
      const lines = [{ description: 'Chairs', unit_price: '100.00', taxes: [vat] }];
      const issued = await issueInvoice(server().api, customer, 10_000, { lines });
      const id = String(issued.body['id']);
      const pay = (tender: object, amount: number) =>
        server().api.post(`/v1/invoices/${id}/pay`, { amount, tenders: [tender] });
      const declined = await pay({ type: 'card', payment_method: 'pm_declined' }, 3_000);
      const paid = await pay({ type: 'card', payment_method: 'pm_card_visa' }, 4_000);
      const credit = { customer, amount: 500, currency: 'USD', type: 'goodwill', source: 'late' };
      await server().api.post('/v1/credits', credit);
      await pay({ type: 'credit' }, 500);
      const note = { invoice: id, amount: 200, reason: 'goodwill' };
      const credited = await server().api.post('/v1/credit_notes', note);
      const plan = await server().api.post('/v1/payment_plans', {
        ...{ invoice: id, terms: { type: 'installments', count: 2 } },
      });
      expect([paid.status, credited.status, plan.status]).toEqual([201, 201, 201]);
      const { browser } = await as('support');
      const at = `/admin/invoices/${id}`;
      const { text } = await browser.get(at);
      const table = (caption: string) =>
        text.split('<table ').find((each) => each.includes(`<caption>${caption}</caption>`)) ??
        `no ${caption}`;
      const legOf = (body: Readonly<Record<string, unknown>>) =>
        (body['legs'] as readonly { readonly payment: string }[])[0]?.payment ?? '';
      expect(table('Taxes')).toMatch(/USt[\s\S]*19 %[\s\S]*DE[\s\S]*100\.00 USD[\s\S]*19\.00 USD/);
      expect(table('Paid with')).toContain(`/admin/payments/${legOf(paid.body)}`);
      expect(table('Paid with')).toMatch(/>card<[\s\S]*40\.00 USD[\s\S]*>credit<[\s\S]*5\.00 USD/);
      expect(table('Credit notes')).toContain(String(credited.body['number']));
      expect(table('Payment plan, active').match(/<td>\s*<span class="chip[^"]*">/g)).toHaveLength(2);
      const failed = legOf(declined.body['collection'] as Readonly<Record<string, unknown>>);
      expect(table('Attempts to collect')).toContain(`/admin/payments/${failed}`);
      expect(table('Attempts to collect')).toContain('The card has insufficient funds.');
      const file = await browser.get(`${at}/pdf`);
      expect([file.status, file.headers['content-type']]).toEqual([200, 'application/pdf']);
      expect(file.text).toMatch(/^%PDF-/);
      expect(text).toContain(`href="${at}/pdf"`);
      const leg = await browser.get(`/admin/payments/${failed}`);
      expect(leg.text).toContain(`href="${at}"`);
      expect(leg.text).toContain('<dt>Collection</dt>');
    });
  });
}
