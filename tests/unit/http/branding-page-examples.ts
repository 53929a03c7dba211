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

    it('takes a picture for a logo from the form, by the checks of the API', async () => {
      const { browser } = await as('owner');
      const page = (await browser.get(edit)).text;
      expect(page).toContain('enctype="multipart/form-data"');
      const { csrf: _csrf, once: _once, ...held } = fieldsOf(page, edit);
      const typed = { ...held, invoice_template: 'built_in' };
      const send = (bytes: Uint8Array, reason = 'Our logo') =>
        browser.upload(edit, { ...typed, reason }, { picture: { bytes, name: '../../logo.svg' } }, edit);
      const logo = async () => (await server().api.get('/v1/branding')).body['logo'];
      const before = await logo();
      const hostile = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
      const refusals: readonly (readonly [Uint8Array, RegExp])[] = [
        [hostile, /role="alert">[^<]*PNG/],
        [Buffer.concat([pngOf(40, 10), Buffer.alloc(300 * 1024)]), /role="alert">[^<]*262144 bytes/],
        [pngOf(40, 10).subarray(0, 60), /role="alert">/],
      ];
      for (const [bytes, told] of refusals) {
        const refused = await send(bytes);
        expect([refused.status, refused.text.match(told)?.[0]]).toEqual([422, expect.anything()]);
        expect(refused.text).not.toContain(Buffer.from(bytes.subarray(0, 30)).toString('base64'));
        expect(await logo()).toEqual(before);
      }
      expect((await send(Buffer.alloc(1_100_000))).status).toBe(413);
      const headers = { 'content-type': 'multipart/form-data; boundary=x' };
      const cut = await browser.send(edit, {}, { ...headers });
      expect(cut.status).toBe(400);
      expect((await send(pngOf(37, 11), 'A wide one')).headers['location']).toBe('/admin/branding');
      expect(await logo()).toMatchObject({ media_type: 'image/png', width: 37, height: 11 });
      // A form without a picture keeps it.
      await browser.upload(edit, { ...typed, name: 'Desks', logo: 'keep', reason: 'x' }, {}, edit);
      expect(await logo()).toMatchObject({ width: 37 });
      expect((await browser.get('/admin/branding')).text).toContain('37 by 11 pixels');
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
