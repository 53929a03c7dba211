import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../../support/api-client.js';
import { pagesOf } from '../../support/pdf-text.js';
import { customers } from './credit-ports.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

let app: RunningServer;
beforeAll(async () => {
  app = await startServer();
});
afterAll(() => app.stop());

const customer = customers.inParis;
const missing = '0193f1a0-0000-7000-8000-00000000dead';

async function draft(more: object = {}): Promise<string> {
  const lines = [
    {
      description: 'Support',
      quantity: '2.5',
      unit_price: '100',
      taxes: [{ name: 'VAT', percentage: '20' }],
    },
  ];
  const made = await app.api.post('/v1/invoices', { customer, currency: 'eur', lines, ...more });
  return String(made.body['id']);
}
async function issued(more: object = {}): Promise<string> {
  const id = await draft(more);
  expect((await app.api.post(`/v1/invoices/${id}/finalize`, {})).status).toBe(200);
  return id;
}
const pdfOf = (id: string): Promise<Answer> => app.api.get(`/v1/invoices/${id}/pdf`);
const textOf = async ({ bytes }: Answer): Promise<string> => (await pagesOf(bytes)).flat().join('\n');

describe('a document over HTTP', () => {
  it('is a PDF that a browser shows, under the name of its number, with its digest', async () => {
    const answer = await pdfOf(await issued());
    expect(answer.status).toBe(200);
    const sha256 = createHash('sha256').update(answer.bytes);
    const hex = sha256.copy().digest('hex');
    expect(answer.headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-length': String(answer.bytes.length),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      etag: `"${hex}"`,
      'repr-digest': `sha-256=:${sha256.digest('base64')}:`,
    });
    expect(answer.headers['content-disposition']).toMatch(/^inline; filename="INV-\d{4}-\d{6}\.pdf"$/);
    const text = await textOf(answer);
    expect(text).toContain('Support 2,5 100,00 20 % 250,00');
    expect(text).toContain('Grace Hopper');
  });

  it('is a receipt of a payment that was taken, the same until something of it goes back', async () => {
    const card = { payment_method: 'pm_ok', confirm: true, description: 'Two chairs' };
    const payer = (await app.api.post('/v1/customers', { name: 'Grace Hopper' })).body['id'];
    const asked = { amount: 5_000, currency: 'USD', customer: payer, ...card };
    const paid = await app.api.post('/v1/payments', asked);
    const path = `/v1/payments/${paid.body['id']}/receipt`;
    const [first, second] = [await app.api.get(path), await app.api.get(path)];
    expect(first.bytes.equals(second.bytes)).toBe(true);
    expect(first.headers['content-disposition']).toBe(`inline; filename="${paid.body['id']}.pdf"`);
    const text = await textOf(first);
    for (const words of ['Two chairs', 'Grace Hopper']) expect(text).toContain(words);
    await app.api.post('/v1/refunds', { payment: paid.body['id'], amount: 1_234 });
    const after = await app.api.get(path);
    expect(after.headers['etag']).not.toBe(first.headers['etag']);
    const open = await app.api.post('/v1/payments', { amount: 5_000, currency: 'USD' });
    expect((await app.api.get(`/v1/payments/${open.body['id']}/receipt`)).status).toBe(404);
  });

  it('is the same whenever it is asked for, and need not be sent again', async () => {
    const id = await issued();
    const [first, second] = [await pdfOf(id), await pdfOf(id)];
    expect(second.bytes.equals(first.bytes)).toBe(true);
    const etag = String(first.headers['etag']);
    const unchanged = await app.api.get(`/v1/invoices/${id}/pdf`, { 'if-none-match': etag });
    expect([unchanged.status, unchanged.bytes.length]).toEqual([304, 0]);
  });

  it('is another one after a payment or a void, and the marked one of a draft', async () => {
    const id = await draft();
    const before = await textOf(await pdfOf(id));
    expect(before).toContain('Entwurf');
    await app.api.post(`/v1/invoices/${id}/finalize`, {});
    const open = await pdfOf(id);
    expect(await textOf(open)).not.toContain('Entwurf');
    await app.api.post(`/v1/invoices/${id}/void`, {});
    const voided = await pdfOf(id);
    expect(await textOf(voided)).toContain('Storniert');
    expect(voided.headers['etag']).not.toBe(open.headers['etag']);
  });

  it('of a credit note has its own number, and stays as it is', async () => {
    const invoice = await issued();
    const note = await app.api.post('/v1/credit_notes', { invoice, reason: 'goodwill', amount: 1_000 });
    const path = `/v1/credit_notes/${note.body['id']}/pdf`;
    const answer = await app.api.get(path);
    expect(answer.headers['content-disposition']).toBe(`inline; filename="${note.body['number']}.pdf"`);
    const text = await textOf(answer);
    expect(text).toContain('Kulanz');
    expect(text).toContain('10,00 €');
    await app.api.post('/v1/credit_notes', { invoice, reason: 'other', amount: 500 });
    expect((await app.api.get(path)).headers['etag']).toBe(answer.headers['etag']);
  });

  it('that differs from what it was is not handed out, and somebody is told', async () => {
    const id = await issued();
    await pdfOf(id);
    for (const name of app.renderings.kept.keys()) {
      if (name.startsWith(id)) app.renderings.kept.set(name, 'f'.repeat(64));
    }
    const answer = await pdfOf(id);
    expect([answer.status, answer.body['code']]).toEqual([500, 'internal_error']);
    expect(app.logger.lines.some(({ fields }) => fields['alert'] === true)).toBe(true);
  });

  it.each([
    ['an invoice that is not there', `/v1/invoices/inv_${missing}/pdf`],
    ['a receipt of nothing', `/v1/payments/pay_${missing}/receipt`],
    ['a credit note that is not there', `/v1/credit_notes/cn_${missing}/pdf`],
    ['an address', '/v1/invoices/..%2f..%2fetc%2fpasswd/pdf'],
  ])('of %s -> 404', async (_name, path) => {
    expect((await app.api.get(path)).status).toBe(404);
  });

  it('security 57: has a name in which nothing can end the header', async () => {
    const { pdfAnswer } = await import('../../../src/interfaces/http/shared/pdf-answer.js');
    const bytes = new Uint8Array();
    const nameOf = (name: string) =>
      pdfAnswer({ bytes, sha256: '00', name }).headers?.['content-disposition'];
    expect(nameOf('a"\r\nSet-Cookie: x=1; filename="b')).toBe(
      'inline; filename="a_Set-Cookie_x_1_filename_b.pdf"',
    );
    expect(nameOf('../../etc/passwd')).toBe('inline; filename="_etc_passwd.pdf"');
    expect(nameOf('请款单')).toBe('inline; filename="_.pdf"');
    expect(nameOf('x'.repeat(500))?.length).toBeLessThan(130);
  });
});
