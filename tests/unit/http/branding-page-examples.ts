import { describe, expect, it } from '@jest/globals';
import { fieldsOf } from '../../support/page-reader.js';
import { pagesOf } from '../../support/pdf-text.js';
import { pngOf } from '../../support/pictures.js';
import type { ConsoleUse } from './console-use.js';

/** What operators do with the look of documents. */
export function brandingPages({ server, as }: ConsoleUse): void {
  const printed = async ({ bytes }: { readonly bytes: Buffer }) => (await pagesOf(bytes)).flat().join('\n');

  describe('the look of documents', () => {
    const edit = '/admin/branding/edit';

    it('is written line by line with a reason, keeps its logo, and is seen in a document of sample data', async () => {
      const { browser, id: user } = await as('owner');
      const put = JSON.stringify({ logo: { data: pngOf(40, 10).toString('base64') } });
      await server().api.send('PUT', '/v1/branding', put, { 'content-type': 'application/json' });
      const page = (await browser.get(edit)).text;
      const typed = {
        ...fieldsOf(page, edit),
        ...{ name: 'Desks & Sons', address: '1 Long Street\r\n\r\nVienna', tax_ids: 'ATU12345675' },
        ...{
          contact: '',
          footer: 'IBAN AT61 1904 3002 3457 3201',
          invoice_template: 'built_in',
          logo: 'keep',
        },
      };
      const pale = await browser.send(edit, { ...typed, accent: '#ffff00', reason: 'x' });
      expect(pale.text).toMatch(/role="alert">[^<]*contrast/);
      expect(pale.text).toContain('1 Long Street\n\nVienna</textarea>');
      const again = fieldsOf((await browser.get(edit)).text, edit);
      await browser.send(edit, {
        ...typed,
        ...again,
        name: 'Desks & Sons',
        accent: '#1f3a5f',
        reason: 'A new name',
      });
      const shown = (await browser.get('/admin/branding')).text;
      expect(shown).toContain('Desks &amp; Sons\n1 Long Street\nVienna\nATU12345675');
      expect(shown).toContain('“A new name”');
      const { body } = await server().api.get('/v1/branding');
      expect(body).toMatchObject({ logo: { media_type: 'image/png' }, seller: { name: 'Desks & Sons' } });
      const last = (await server().eventStore.readStream('branding-default')).at(-1);
      expect(last?.metadata.actor).toEqual({ kind: 'user', id: user });
      const invoice = await browser.get('/admin/branding/invoice');
      expect(invoice.headers['content-disposition']).toMatch(/^inline; /);
      expect(await printed(invoice)).toContain('Desks & Sons');
      const note = await printed(await browser.get('/admin/branding/credit-note'));
      expect(note).toContain('Credit note');
      expect(note).not.toBe(await printed(invoice));
    });

    it('has templates, which are created, tried and revised, and which new invoices may have', async () => {
      const { browser } = await as('owner');
      const form = '/admin/invoice-templates/new';
      const typed = {
        ...{
          name: 'Short',
          paper: 'LETTER',
          columns: 'description\nquantity\nunit_price\namount',
          blocks: 'memo',
        },
        ...{
          texts: 'en closing: Thank you, come again',
          labels: 'en quantity: How many',
          reason: 'For shops',
        },
      };
      const wrong = await browser.submit(form, { ...typed, texts: 'Thank you' }, form);
      expect(wrong.text).toMatch(/role="alert">&quot;Thank you&quot; is not like/);
      const missing = await browser.submit(form, { ...typed, columns: 'quantity' }, form);
      expect(missing.text).toMatch(/role="alert">Give the column/);
      const at = String((await browser.submit(form, typed, form)).headers['location']);
      const shown = (await browser.get(at)).text;
      for (const words of ['LETTER', 'en closing: Thank you, come again', '“For shops”']) {
        expect(shown).toContain(words);
      }
      const sample = await printed(await browser.get(`${at}/preview`));
      expect(sample).toContain('Thank you, come again');
      expect(sample).toContain('How many');
      expect((await browser.get(`${at}/edit`)).text).toContain('en quantity: How many</textarea>');
      const { labels: _gone, ...without } = typed;
      await browser.submit(`${at}/edit`, { ...without, name: 'Shorter', reason: 'No label' }, `${at}/edit`);
      const next = (await browser.get(at)).text;
      expect(next).toContain('Template: Shorter');
      expect(next).not.toContain('Other words');
    });

    it('is only looked at, and tried, by finance', async () => {
      const { browser } = await as('finance');
      expect((await browser.get('/admin/branding')).text).not.toContain(edit);
      expect((await browser.get('/admin/branding/invoice')).status).toBe(200);
      expect((await browser.get(edit)).status).toBe(403);
      expect((await browser.get('/admin/invoice-templates')).text).not.toContain('New template');
      expect((await browser.submit(edit, { reason: 'x' }, '/admin/account')).status).toBe(403);
    });
  });
}
