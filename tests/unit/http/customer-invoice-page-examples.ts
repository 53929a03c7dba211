import { describe, expect, it } from '@jest/globals';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import { fieldsOf } from '../../support/page-reader.js';
import type { ConsoleUse } from './console-use.js';

/** What operators write of customers and of invoices. */
export function customerAndInvoicePages({ server, as }: ConsoleUse): void {
  const ada = { name: 'Ada', email: 'ada@example.com' };
  const customerOf = async (more: object = {}) =>
    String((await server().api.post('/v1/customers', { ...ada, ...more })).body['id']);
  const shown = async (path: string) => (await server().api.get(path)).body;

  describe('a customer', () => {
    it('is registered, and written over with a reason; what was typed stays where it is refused', async () => {
      const { browser, id: user } = await as('support');
      const form = '/admin/customers/new';
      const typed = { ...ada, city: 'Vienna', reason: 'They called' };
      const refused = await browser.submit(form, typed, form);
      expect(refused.text).toMatch(/role="alert">[^<]*country/);
      expect(refused.text).toContain('value="Vienna"');
      const made = await browser.submit(
        form,
        { ...typed, country: 'AT', tax_ids: 'eu_vat ATU12345675' },
        form,
      );
      const at = String(made.headers['location']);
      const id = at.slice(at.lastIndexOf('/') + 1);
      const held = fieldsOf((await browser.get(`${at}/edit`)).text, `${at}/edit`);
      expect(held).toMatchObject({ ...ada, city: 'Vienna', country: 'AT' });
      const other = {
        ...held,
        name: 'Ada Lovelace',
        city: '',
        country: '',
        tax_ids: '',
        time_zone: 'Europe/Vienna',
      };
      await browser.send(`${at}/edit`, { ...other, reason: 'She moved' });
      expect(await shown(`/v1/customers/${id}`)).toMatchObject({
        ...{ name: 'Ada Lovelace', email: ada.email, billing_address: null, tax_ids: [] },
        time_zone: 'Europe/Vienna',
      });
      const last = (await server().eventStore.readStream(`customer-${id}`)).at(-1);
      expect(last?.metadata).toMatchObject({ actor: { kind: 'user', id: user }, reason: 'She moved' });
      expect(JSON.stringify(last?.data)).not.toContain('Lovelace');
    });

    it('is given a link to the portal that signs in once, which is shown once', async () => {
      const { browser } = await as('support');
      const id = await customerOf();
      const at = `/admin/customers/${id}`;
      const { text } = await browser.submit(`${at}/portal-link`, { reason: 'No mail came' }, at);
      const token = /portal\/sign-in\/([\w-]{43})</.exec(text)?.[1] ?? '';
      const links = server().container.get(httpTokens.links);
      expect(await links.look('portal', token)).toMatchObject({ target: id });
      expect(JSON.stringify([...server().idempotency.kept.values()])).not.toContain(token);
      const auditor = (await as('auditor')).browser;
      expect((await auditor.get(at)).text).not.toContain('Link to the portal');
      expect((await auditor.submit(`${at}/portal-link`, { reason: 'x' }, '/admin/account')).status).toBe(403);
    });

    it('is shown with their credit and what they were told, and a statement, to whoever may see it', async () => {
      const id = await customerOf();
      const at = `/admin/customers/${id}`;
      const credit = { customer: id, amount: 2_500, currency: 'EUR', type: 'goodwill' };
      await server().api.post('/v1/credits', credit);
      const { browser } = await as('auditor');
      const { text } = await browser.get(at);
      for (const words of ['Credit to spend, EUR', '25.00 EUR', 'Mails to them'])
        expect(text).toContain(words);
      expect((await browser.get(`${at}/statement`)).text).toContain('From the first line on');
      const support = (await as('support')).browser;
      expect((await support.get(at)).text).not.toContain('Mails to them');
      expect((await support.get(`${at}/statement`)).status).toBe(403);
    });
  });

  describe('an invoice', () => {
    const form = '/admin/invoices/new';
    const lines = 'Oak desk | 2 | 489.00 | VAT 20 % + City 1.5\nDelivery | 1 | 0.105';
    const draft = {
      currency: 'EUR',
      lines,
      discount: '5',
      days_until_due: '14',
      memo: 'Thank you',
      reason: 'Sold',
    };

    it('is drafted line by line, once however often the button is pressed, edited and issued', async () => {
      const { browser } = await as('finance');
      const customer = await customerOf();
      const typed = { ...draft, customer };
      const wrong = await browser.submit(form, { ...typed, lines: 'Oak desk, 2 of them' }, form);
      expect(wrong.text).toMatch(/role="alert">&quot;Oak desk, 2 of them&quot; is not like/);
      expect(wrong.text).toContain('>Oak desk, 2 of them</textarea>');
      const { text } = await browser.get(form);
      const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
      const [first, second] = [
        await browser.send(form, { ...typed, csrf, once: 'one-draft' }),
        await browser.send(form, { ...typed, csrf, once: 'one-draft' }),
      ];
      const at = String(first.headers['location']);
      expect(second.headers['location']).toBe(at);
      const path = at.replace('/admin/', '/v1/');
      expect(await shown(path)).toMatchObject({
        ...{ status: 'draft', memo: 'Thank you', days_until_due: 14, discount: { percentage: '5' } },
        taxes: [
          { name: 'VAT', percentage: '20' },
          { name: 'City', percentage: '1.5' },
        ],
        lines: [
          { quantity: '2', unit_price: '489' },
          { description: 'Delivery', unit_price: '0.105' },
        ],
      });
      const edit = `${at}/edit`;
      const page = (await browser.get(edit)).text;
      expect(page).toContain('Oak desk | 2 | 489 | VAT 20 % + City 1.5 %\nDelivery | 1 | 0.105</textarea>');
      const changed = { ...fieldsOf(page, edit), lines: 'Oak desk | 1 | 489.00', discount: '', memo: '' };
      await browser.send(edit, { ...changed, reason: 'Only one' });
      expect(await shown(path)).toMatchObject({
        ...{ discount: null, memo: null, days_until_due: 14, amount_total: 48_900 },
      });
      await browser.submit(`${at}/finalize`, { reason: 'Go' }, at);
      expect((await browser.get(at)).text).not.toContain(edit);
    });

    it('keeps lines and a discount that the form cannot say', async () => {
      const { browser } = await as('finance');
      const tiers = [{ description: 'The first 10', quantity: '10', unit_price: '1' }];
      const made = await server().api.post('/v1/invoices', {
        ...{ customer: await customerOf(), currency: 'EUR', discount: { amount: 100 } },
        lines: [{ description: 'Calls', tiers }],
      });
      const edit = `/admin/invoices/${made.body['id']}/edit`;
      const page = (await browser.get(edit)).text;
      expect(page).not.toContain('textarea');
      await browser.send(edit, { ...fieldsOf(page, edit), memo: 'Thank you', reason: 'x' });
      expect(await shown(`/v1/invoices/${made.body['id']}`)).toMatchObject({
        ...{ memo: 'Thank you', discount: { amount: 100 }, lines: [{ description: 'Calls', tiers }] },
      });
    });

    it('is drafted by nobody who may only look', async () => {
      const { browser } = await as('support');
      expect((await browser.get('/admin/invoices')).text).not.toContain('New invoice');
      expect((await browser.get(form)).status).toBe(403);
      expect((await browser.submit(form, { reason: 'x' }, '/admin/account')).status).toBe(403);
    });

    it('that was paid is refunded by the tender that paid it, once however often the button is pressed', async () => {
      const customer = await customerOf();
      const { api } = server();
      const credit = { customer, amount: 9_000, currency: 'EUR', type: 'prepaid' };
      await api.post('/v1/credits', credit);
      const sold = { customer, currency: 'EUR', lines: [{ description: 'Chair', unit_price: '90' }] };
      const id = String((await api.post('/v1/invoices', sold)).body['id']);
      await api.post(`/v1/invoices/${id}/finalize`, {});
      const paid = await api.post(`/v1/invoices/${id}/pay`, { tenders: [{ type: 'credit' }] });
      expect([paid.status, (await shown(`/v1/invoices/${id}`))['amount_paid']]).toEqual([201, 9_000]);
      const at = `/admin/invoices/${id}/refund`;
      const { browser } = await as('support');
      expect((await browser.get(`/admin/invoices/${id}`)).text).toContain(at);
      const csrf = /name="csrf" value="([^"]+)"/.exec((await browser.get(at)).text)?.[1] ?? '';
      for (const _click of [1, 2]) {
        await browser.send(at, { csrf, once: 'one-refund', amount: '40.00', reason: 'A scratch' });
      }
      expect((await shown(`/v1/invoices/${id}`))['amount_paid']).toBe(5_000);
      const too = await browser.submit(at, { amount: '50.01', reason: 'x' }, at);
      expect(too.text).toMatch(/role="alert">/);
      const auditor = (await as('auditor')).browser;
      expect((await auditor.get(at)).status).toBe(403);
    });
  });
}
