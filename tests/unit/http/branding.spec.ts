import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../../support/api-client.js';
import { pagesOf } from '../../support/pdf-text.js';
import { jpegOf, pngOf } from '../../support/pictures.js';
import { customers } from './credit-ports.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

let app: RunningServer;
beforeAll(async () => {
  app = await startServer();
});
afterAll(() => app.stop());

const send = (method: string, path: string, body: object, headers: Record<string, string> = {}) =>
  app.api.send(method, path, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
const put = (body: object, headers: Record<string, string> = {}) =>
  send('PUT', '/v1/branding', body, headers);
const png = (width = 40, height = 10) => ({ data: pngOf(width, height).toString('base64') });
const textOf = async ({ bytes }: Answer): Promise<string> => (await pagesOf(bytes)).flat().join('\n');
const isPicture = ({ bytes }: Answer): boolean => bytes.toString('latin1').includes('/Subtype /Image');

async function issued(): Promise<string> {
  const made = await app.api.post('/v1/invoices', {
    ...{ customer: customers.inParis, currency: 'EUR' },
    lines: [{ description: 'Support', unit_price: '100' }],
  });
  await app.api.post(`/v1/invoices/${made.body['id']}/finalize`, {});
  return String(made.body['id']);
}

describe('the branding over HTTP', () => {
  it('is plain until somebody says otherwise, and an invoice of that time stays plain', async () => {
    const plain = await app.api.get('/v1/branding');
    expect(plain.body).toMatchObject({ object: 'branding', version: 0, logo: null, accent: '#1f3a5f' });
    const id = await issued();
    const before = await app.api.get(`/v1/invoices/${id}/pdf`);
    const defined = await put({
      seller: { name: 'Atelier Lumière', address: ['75010 Paris'], tax_ids: ['FR1'] },
      logo: png(),
      accent: '#0B6E4F',
      footer: ['IBAN FR76'],
    });
    expect(defined.status).toBe(200);
    expect(defined.body).toMatchObject({
      version: 1,
      seller: { name: 'Atelier Lumière', address: ['75010 Paris'], tax_ids: ['FR1'], contact: [] },
      logo: { media_type: 'image/png', width: 40, height: 10 },
      accent: '#0b6e4f',
      locale: 'en',
    });
    expect(defined.headers['etag']).toBe('"0"');
    const after = await app.api.get(`/v1/invoices/${id}/pdf`);
    expect(after.bytes.equals(before.bytes)).toBe(true);
    expect(isPicture(after)).toBe(false);
  });

  it('stays with an invoice in the version that it was issued with', async () => {
    await put({ seller: { name: 'First Name' }, logo: png() });
    const id = await issued();
    const first = await app.api.get(`/v1/invoices/${id}/pdf`);
    expect(isPicture(first)).toBe(true);
    expect(await textOf(first)).toContain('First Name');
    await put({ seller: { name: 'Second Name' }, logo: { data: jpegOf().toString('base64') } });
    expect((await app.api.get(`/v1/invoices/${id}/pdf`)).bytes.equals(first.bytes)).toBe(true);
    expect(await textOf(await app.api.get(`/v1/invoices/${await issued()}/pdf`))).toContain('Second Name');
  });

  it('is the same version when it says the same, and keeps a logo by its digest', async () => {
    const body = { seller: { name: 'Twice' }, logo: png() };
    const first = await put(body);
    const { version, logo } = first.body as { version: number; logo: { sha256: string } };
    expect((await put(body)).body['version']).toBe(version);
    const again = await put({ seller: { name: 'Once more' }, logo: { sha256: logo.sha256 } });
    expect(again.body).toMatchObject({ version: version + 1, logo: { sha256: logo.sha256 } });
    const earlier = await app.api.get(`/v1/branding?version=${version}`);
    expect(earlier.body).toMatchObject({ version, seller: { name: 'Twice' } });
    expect((await app.api.get('/v1/branding?version=99999')).status).toBe(404);
  });

  it('is changed by whoever has read it last', async () => {
    const { headers } = await app.api.get('/v1/branding');
    await put({ seller: { name: 'In between' } });
    const stale = await put({ seller: { name: 'Late' } }, { 'if-match': String(headers['etag']) });
    expect([stale.status, stale.body['code']]).toEqual([412, 'revision_stale']);
  });

  it('is seen before it is used', async () => {
    await put({ seller: { name: 'Seen Before' }, logo: png() });
    const preview = await app.api.get('/v1/branding/preview?locale=de-AT&currency=KWD');
    expect(preview.headers['content-disposition']).toBe('inline; filename="preview.pdf"');
    const text = await textOf(preview);
    expect(text).toContain('Seen Before');
    expect(text).toContain('KWD');
    expect(text).toContain('SAMPLE-0001');
    const note = await textOf(await app.api.get('/v1/branding/preview?document=credit_note'));
    expect(note).toContain('SAMPLE-CN-0001');
  });
});

type Bad = { name: string; body: object; status: number; code: string; pointer?: string };
const long = 'x'.repeat(10_000);
const hugeLogo = { logo: { data: Buffer.alloc(20_000_000).toString('base64') } };
const bad: readonly Bad[] = [
  { name: 'a logo of 20 MB', body: hugeLogo, status: 413, code: 'body_too_large' },
  {
    name: 'a logo of 300 kB',
    body: { logo: { data: Buffer.concat([pngOf(1, 1), Buffer.alloc(300_000)]).toString('base64') } },
    status: 422,
    code: 'logo_too_many_bytes',
  },
  {
    name: 'an SVG with a script',
    body: { logo: { data: Buffer.from('<svg onload="alert(1)"/>').toString('base64') } },
    status: 422,
    code: 'logo_type_refused',
  },
  {
    name: 'a page that says it is a PNG',
    body: { logo: { data: Buffer.from('\u0089PNG<script>', 'latin1').toString('base64') } },
    status: 422,
    code: 'logo_type_refused',
  },
  {
    name: 'half a PNG',
    body: { logo: { data: pngOf(40, 40).subarray(0, 60).toString('base64') } },
    status: 422,
    code: 'logo_malformed',
  },
  {
    name: 'a logo by its address',
    body: { logo: 'http://169.254.169.254/' },
    status: 400,
    code: 'invalid_type',
  },
  {
    name: 'a logo in a data address',
    body: { logo: { data: 'data:image/png;base64,AAAA' } },
    status: 400,
    code: 'base64_malformed',
  },
  {
    name: 'a logo that nobody kept',
    body: { logo: { sha256: 'a'.repeat(64) } },
    status: 404,
    code: 'resource_missing',
  },
  { name: 'yellow on white', body: { accent: '#ffee00' }, status: 422, code: 'accent_too_light' },
  {
    name: 'a colour by its name',
    body: { accent: 'red' },
    status: 400,
    code: 'colour_malformed',
    pointer: '/accent',
  },
  {
    name: 'a colour with more behind it',
    body: { accent: '#000000;background:url(x)' },
    status: 400,
    code: 'colour_malformed',
    pointer: '/accent',
  },
  {
    name: 'a name of 10,000 characters',
    body: { seller: { name: long } },
    status: 400,
    code: 'too_big',
    pointer: '/seller/name',
  },
  {
    name: 'a name with a control character',
    body: { seller: { name: 'a\u0007b' } },
    status: 400,
    code: 'invalid_format',
    pointer: '/seller/name',
  },
  {
    name: 'a name that turns the direction',
    body: { seller: { name: 'a\u202eb' } },
    status: 400,
    code: 'invalid_format',
    pointer: '/seller/name',
  },
  {
    name: 'a footer with a line break',
    body: { footer: ['a\nb'] },
    status: 400,
    code: 'invalid_format',
    pointer: '/footer/0',
  },
  {
    name: 'a footer of 50 lines',
    body: { footer: Array.from({ length: 50 }, () => 'x') },
    status: 400,
    code: 'too_big',
    pointer: '/footer',
  },
  {
    name: 'a language that is none',
    body: { locale: 'xx-klingon' },
    status: 400,
    code: 'locale_unknown',
    pointer: '/locale',
  },
  {
    name: 'a template that is not there',
    body: { invoice_template: 'itpl_0193f1a0-0000-7000-8000-00000000dead' },
    status: 404,
    code: 'resource_missing',
  },
  { name: 'a field of its own', body: { script: 'x' }, status: 400, code: 'unknown_field' },
];

describe('branding that is refused', () => {
  it.each(bad)('$name -> $status $code, and nothing is recorded', async ({ body, status, code, pointer }) => {
    const before = await app.eventStore.head();
    const answer = await put(body);
    const errors = answer.body['errors'] as { code: string; pointer: string }[] | undefined;
    expect([answer.status, errors?.[0]?.code ?? answer.body['code']]).toEqual([status, code]);
    if (pointer !== undefined) expect(errors?.[0]?.pointer).toBe(pointer);
    expect(await app.eventStore.head()).toBe(before);
  });
});

describe('an invoice template over HTTP', () => {
  const create = (more: object = {}) => app.api.post('/v1/invoice_templates', { name: 'Long form', ...more });

  it('is created, revised and previewed, each version for itself', async () => {
    const made = await create({
      columns: ['number', 'description', 'amount'],
      texts: { en: { closing: 'Kept for ten years.' } },
      labels: { en: { invoice: 'Tax invoice' } },
    });
    expect([made.status, made.body['version'], made.body['paper']]).toEqual([201, 1, 'A4']);
    const path = `/v1/invoice_templates/${made.body['id']}`;
    const revised = await send('PATCH', path, { paper: 'LETTER', labels: { en: { invoice: 'Bill' } } });
    expect(revised.body).toMatchObject({ version: 2, name: 'Long form', paper: 'LETTER' });
    expect((await app.api.get(`${path}?version=1`)).body).toMatchObject({ version: 1, paper: 'A4' });
    const text = await textOf(await app.api.get(`${path}/preview`));
    expect(text).toContain('Bill');
    expect(text).toContain('# Description Amount');
    expect(text).toContain('Kept for ten years.');
    expect(await textOf(await app.api.get(`${path}/preview?version=1`))).toContain('Tax invoice');
  });

  it('lays out the invoices that are issued while the branding names it, and goes on with them', async () => {
    const made = await create({ labels: { de: { invoice: 'Honorarnote' } } });
    const path = `/v1/invoice_templates/${made.body['id']}`;
    await put({ invoice_template: made.body['id'] });
    const id = await issued();
    const before = await app.api.get(`/v1/invoices/${id}/pdf`);
    // The customer reads German.
    expect(await textOf(before)).toContain('Honorarnote');
    await send('PATCH', path, { labels: { de: { invoice: 'Faktura' } } });
    await put({});
    expect((await app.api.get(`/v1/invoices/${id}/pdf`)).bytes.equals(before.bytes)).toBe(true);
    expect(await textOf(await app.api.get(`/v1/invoices/${await issued()}/pdf`))).not.toContain(
      'Honorarnote',
    );
  });

  it.each([
    ['no amounts', { columns: ['description'] }, 422, 'template_column_missing'],
    ['a column twice', { columns: ['description', 'amount', 'amount'] }, 422, 'template_column_given_twice'],
    ['a block twice', { blocks: ['memo', 'memo'] }, 422, 'template_block_given_twice'],
    ['a column of its own', { columns: ['description', 'amount', '__proto__'] }, 400, 'invalid_value'],
    ['a word that there is not', { labels: { en: { surprise: 'x' } } }, 400, 'unknown_field'],
    ['words in no language', { labels: { 'en"><script>': { invoice: 'x' } } }, 400, 'locale_unknown'],
    ['a word of 10,000 characters', { labels: { en: { invoice: long } } }, 400, 'too_big'],
    ['a text with a control character', { texts: { en: { intro: 'a\u0001b' } } }, 400, 'invalid_format'],
    ['no name', { name: '' }, 400, 'too_small'],
  ])('with %s is refused, and nothing is recorded', async (_name, more, status, code) => {
    const before = await app.eventStore.head();
    const answer = await create(more);
    const errors = answer.body['errors'] as { code: string }[] | undefined;
    expect([answer.status, errors?.[0]?.code ?? answer.body['code']]).toEqual([status, code]);
    expect(await app.eventStore.head()).toBe(before);
  });

  it.each([
    ['/v1/invoice_templates/itpl_0193f1a0-0000-7000-8000-00000000dead', 404],
    ['/v1/invoice_templates/itpl_0193f1a0-0000-7000-8000-00000000dead/preview', 404],
    ['/v1/branding/preview?locale=xx-klingon', 400],
    ['/v1/branding/preview?currency=XXX', 400],
    ['/v1/branding/preview?document=..%2f..%2fetc%2fpasswd', 400],
    ['/v1/branding?version=0', 400],
  ])('%s -> %i', async (path, status) => {
    expect((await app.api.get(path)).status).toBe(status);
  });
});
