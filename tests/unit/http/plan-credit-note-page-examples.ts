import { describe, expect, it } from '@jest/globals';
import { issueInvoice } from '../../support/issue-invoice.js';
import { pagesOf } from '../../support/pdf-text.js';
import type { ConsoleUse } from './console-use.js';

/** What operators do with payment plans and credit notes. */
export function planAndCreditNotePages({ server, as }: ConsoleUse): void {
  const customerOf = async () =>
    String((await server().api.post('/v1/customers', { name: 'Ada' })).body['id']);
  const invoiceOf = async (total: number, customer?: string) =>
    String((await issueInvoice(server().api, customer ?? (await customerOf()), total)).body['id']);

  describe('a payment plan', () => {
    it('is started from an invoice, moved, arranged anew, prepaid, taken to a milestone and canceled', async () => {
      const { browser } = await as('finance');
      const customer = await customerOf();
      const invoice = await invoiceOf(30_000, customer);
      const start = `/admin/plans/start?invoice=${invoice}`;
      expect((await browser.get(`/admin/invoices/${invoice}`)).text).toContain(start);
      const begun = { invoice, timing: 'installments', count: '3', reason: 'They asked for it' };
      const at = String((await browser.submit('/admin/plans/start', begun, start)).headers['location']);
      const told = async (name: string, fields: Readonly<Record<string, string>>) =>
        (await browser.follow(await browser.submit(`${at}/${name}`, fields, at))).text;
      const shown = (await browser.get(at)).text;
      expect(shown.match(/100\.00 USD/g)?.length).toBeGreaterThanOrEqual(3);
      await told('skip', { part: '1', reason: 'A hard month' });
      const parts = (lines: string) => told('replan', { parts: lines, reason: 'Agreed' });
      expect(await parts('50.00 soon\nall of it')).toMatch(/role="alert">&quot;all of it&quot; is not like/);
      expect(await parts('50.00 2030-01-31\nrest 2030-01-31')).toMatch(/role="alert">/);
      const agreed = await parts('50.00 2030-01-31\nrest delivery of the desk');
      expect(agreed).toContain('at delivery of the desk');
      expect(agreed).toContain('250.00 USD');
      const reached = await told('milestone', { name: 'delivery of the desk', reason: 'Delivered' });
      expect(reached).toContain('What waited for it is due.');
      await told('prepay', { parts: '1', reason: 'They pay now' });
      const over = await told('cancel', { reason: 'They changed their mind' });
      expect(over).toContain('May go back');
      expect(over).not.toContain('<h2>Actions</h2>');
      const id = at.slice(at.lastIndexOf('/') + 1);
      const facts = await server().eventStore.readStream(`paymentPlan-${id}`);
      expect(facts.map(({ metadata }) => metadata.reason)).toEqual(
        expect.arrayContaining(['They asked for it', 'A hard month', 'Agreed', 'Delivered', 'They pay now']),
      );
      expect(facts.at(-1)).toMatchObject({ type: 'PlanCanceled' });
      expect((await browser.get(`/admin/plans?invoice=${invoice}`)).text).toContain(`/admin/plans/${id}`);
      expect((await browser.get(`/admin/customers/${customer}`)).text).toContain(`/admin/plans/${id}`);
    });

    it('is only looked at by support', async () => {
      const invoice = await invoiceOf(9_000);
      const terms = { type: 'installments', count: 3 };
      const { body } = await server().api.post('/v1/payment_plans', { invoice, terms });
      const at = `/admin/plans/${body['id']}`;
      const { browser } = await as('support');
      const { text } = await browser.get(at);
      expect(text).toContain('30.00 USD');
      expect(text).not.toContain('<h2>Actions</h2>');
      expect((await browser.submit(`${at}/cancel`, { reason: 'x' }, '/admin/account')).status).toBe(403);
    });
  });

  describe('a credit note', () => {
    it('is made from its invoice, once however often the button is pressed, and printed', async () => {
      const { browser } = await as('finance');
      const invoice = await invoiceOf(20_000);
      const form = `/admin/invoices/${invoice}/credit`;
      const { text } = await browser.get(form);
      const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
      const fields = { csrf, credit_reason: 'goodwill', amount: '45.00', reason: 'A scratch' };
      const [first, second] = [
        await browser.send(form, { ...fields, once: 'one-note' }),
        await browser.send(form, { ...fields, once: 'one-note' }),
      ];
      const at = String(first.headers['location']);
      expect(second.headers['location']).toBe(at);
      const shown = (await browser.get(at)).text;
      for (const words of ['45.00 USD', 'goodwill', '“A scratch”']) expect(shown).toContain(words);
      expect((await browser.get(`/admin/invoices/${invoice}`)).text).toContain(at);
      const pdf = await browser.get(`${at}/pdf`);
      expect(pdf.headers['content-disposition']).toMatch(/^inline; filename="CN-[\d-]+\.pdf"$/);
      expect(pdf.headers['content-security-policy']).toContain("default-src 'none'");
      expect((await pagesOf(pdf.bytes)).flat().join('\n')).toContain('45');
      const toMuch = await browser.submit(form, { ...fields, amount: '190.00' }, form);
      expect(toMuch.text).toMatch(/role="alert">/);
      const whole = await browser.submit(form, { ...fields, amount: '', lines: '1' }, form);
      expect((await browser.follow(whole)).text).toContain('155.00 USD');
    });

    it('is only looked at by an auditor', async () => {
      const invoice = await invoiceOf(5_000);
      const made = await server().api.post('/v1/credit_notes', { invoice, reason: 'returned' });
      const { browser } = await as('auditor');
      const note = `/admin/credit-notes/${made.body['id']}`;
      expect((await browser.get(note)).text).toContain('50.00 USD');
      // Both kinds of document open in a tab of their own.
      for (const at of [note, `/admin/invoices/${made.body['invoice']}`]) {
        expect((await browser.get(at)).text).toContain(
          `href="${at}/pdf" target="_blank" rel="noopener">PDF<`,
        );
        const { headers } = await browser.get(`${at}/pdf`);
        expect(headers['content-disposition']).toMatch(/^inline; filename="[A-Z]+-\d{4}-\d+\.pdf"$/);
      }
      expect((await browser.get(`/admin/invoices/${invoice}`)).text).not.toContain(
        `/admin/invoices/${invoice}/credit"`,
      );
      expect((await browser.get(`/admin/invoices/${invoice}/credit`)).status).toBe(403);
    });
  });
}
