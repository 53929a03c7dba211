import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseTaxId, taxIdTypes } from '../../../src/domain/customer/tax-ids.js';
import { field } from '../../support/api-client.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

const json = { 'content-type': 'application/json' };
const missing = 'cus_0193f1a0-0000-7000-8000-00000000dead';

let app: RunningServer;
let id: string;
beforeAll(async () => {
  app = await startServer();
  id = String((await app.api.post('/v1/customers', { name: 'Ada' })).body['id']);
});
afterAll(() => app.stop());

const send = (method: string, path: string, body: unknown) =>
  app.api.send(method, path, typeof body === 'string' ? body : JSON.stringify(body), json);
/** Everything that there is, to see that nothing was added. */
const kept = async () => [await app.eventStore.head(), app.customers.profiles.profiles.size];

const address = (change: object) => ({ billing_address: { country: 'DE', ...change } });
const taxId = (type: string, value: unknown) => ({ tax_ids: [{ type, value }] });

describe('a profile that is refused', () => {
  it.each<[string, unknown, string, string]>([
    ['a control character', { name: 'Ada\u0007' }, '/name', 'invalid_format'],
    ['a line break', { name: 'Ada\nLovelace' }, '/name', 'invalid_format'],
    ['a right-to-left override', { name: 'Ada\u202Eecalevol' }, '/name', 'invalid_format'],
    ['an isolate that is not closed', { name: '\u2067Ada' }, '/name', 'invalid_format'],
    ['10,000 characters', { name: 'a'.repeat(10_000) }, '/name', 'too_big'],
    ['an empty name', { name: '' }, '/name', 'too_small'],
    ['a number for a name', { name: 5 }, '/name', 'invalid_type'],
    ['a list for a name', { name: ['Ada'] }, '/name', 'invalid_type'],
    ['an e-mail without an at sign', { email: 'ada.example.com' }, '/email', 'invalid_format'],
    ['an e-mail with a line break', { email: 'ada@example.com\nbcc: x@y.z' }, '/email', 'invalid_format'],
    ['an e-mail of 10,000 characters', { email: `${'a'.repeat(10_000)}@example.com` }, '/email', 'too_big'],
    ['a telephone number without its country', { phone: '0151 123456' }, '/phone', 'phone_malformed'],
    ['a telephone number of letters', { phone: '+49CALLME' }, '/phone', 'phone_malformed'],
    ['a number for a telephone', { phone: 49 }, '/phone', 'phone_malformed'],
    ['an unknown country', address({ country: 'XX' }), '/billing_address/country', 'country_unknown'],
    ['a country in lower case', address({ country: 'de' }), '/billing_address/country', 'country_unknown'],
    ['a country by its name', address({ country: 'Germany' }), '/billing_address/country', 'country_unknown'],
    ['no country', { billing_address: { city: 'Berlin' } }, '/billing_address/country', 'required'],
    ['an override in a street', address({ line1: '\u202Ex' }), '/billing_address/line1', 'invalid_format'],
    [
      'a long postal code',
      address({ postal_code: '1'.repeat(21) }),
      '/billing_address/postal_code',
      'too_big',
    ],
    ['another field of an address', address({ planet: 'Earth' }), '/billing_address/planet', 'unknown_field'],
    ['an unknown time zone', { time_zone: 'Mars/Olympus' }, '/time_zone', 'time_zone_unknown'],
    ['an offset for a time zone', { time_zone: '+02:00' }, '/time_zone', 'time_zone_unknown'],
    ['a number for a time zone', { time_zone: 2 }, '/time_zone', 'time_zone_unknown'],
    ['a locale of no language', { locale: 'xx-YY' }, '/locale', 'locale_unknown'],
    ['a malformed locale', { locale: 'de_AT' }, '/locale', 'locale_unknown'],
    ['a locale of 10,000 characters', { locale: 'de-'.repeat(3_333) }, '/locale', 'locale_unknown'],
    ['an unknown currency', { currencies: ['XXX'] }, '/currencies/0', 'currency_unknown'],
    ['a currency twice', { currencies: ['USD', 'usd'] }, '/currencies', 'custom'],
    ['a text for a list', { currencies: 'USD' }, '/currencies', 'invalid_type'],
    ['an unknown kind of tax id', taxId('mars_vat', '1'), '/tax_ids/0/type', 'invalid_value'],
    ['a VAT number that is too short', taxId('eu_vat', 'DE12345678'), '/tax_ids/0/value', 'tax_id_malformed'],
    ['a VAT number of no member', taxId('eu_vat', 'US123456789'), '/tax_ids/0/value', 'tax_id_malformed'],
    [
      'a British number as a European one',
      taxId('eu_vat', 'GB123456789'),
      '/tax_ids/0/value',
      'tax_id_malformed',
    ],
    ['an EIN of eight digits', taxId('us_ein', '12-345678'), '/tax_ids/0/value', 'tax_id_malformed'],
    ['a number for a tax id', taxId('us_ein', 123456789), '/tax_ids/0/value', 'invalid_type'],
    ['metadata that nests', { metadata: { a: { b: 'c' } } }, '/metadata/a', 'invalid_type'],
    ['a field of another name', { nmae: 'Ada' }, '/nmae', 'unknown_field'],
    ['a list for a body', [], '', 'invalid_type'],
  ])('%s', async (_name, body, pointer, code) => {
    const before = await kept();
    for (const [method, path] of [
      ['POST', '/v1/customers'],
      ['PATCH', `/v1/customers/${id}`],
    ] as const) {
      const answer = await send(method, path, body);
      expect([answer.status, answer.body['code']]).toEqual([400, 'invalid_request']);
      expect(answer.body['errors']).toContainEqual(expect.objectContaining({ pointer, code }));
    }
    expect(await kept()).toEqual(before);
  });

  it('a tax id that is given twice, in two spellings', async () => {
    const twice = [
      { type: 'eu_vat', value: 'DE123456789' },
      { type: 'eu_vat', value: 'de 123.456.789' },
    ];
    const answer = await send('PUT', `/v1/customers/${id}/tax_ids`, { tax_ids: twice });
    expect([answer.status, field(answer.body['errors'], '0', 'pointer')]).toEqual([400, '/tax_ids']);
  });
});

describe('names of the world', () => {
  it.each(['Ñandú O’Neill', '山田太郎', 'مريم', 'שרה', 'Þóra', 'नेहा', '👩‍🔬 Marie'])(
    '%s is a name',
    async (name) => {
      expect((await app.api.post('/v1/customers', { name })).body['name']).toBe(name);
    },
  );
});

describe('telephone numbers', () => {
  it('are not taken for cards, whatever their check digit', async () => {
    for (let last = 0; last <= 9; last += 1) {
      const answer = await app.api.post('/v1/customers', { phone: `+49151123456${last}8` });
      expect([last, answer.status]).toEqual([last, 201]);
    }
    const card = await app.api.post('/v1/customers', { phone: '+4242424242424242' });
    expect(card.body['code']).toBe('card_number_refused');
  });
});

describe('an address that names nothing', () => {
  it.each([
    ['GET', `/v1/customers/${missing}`],
    ['GET', '/v1/customers/pay_0193f1a0-0000-7000-8000-000000000001'],
    ['GET', '/v1/customers/1'],
    ['PATCH', `/v1/customers/${missing}`],
    ['PUT', `/v1/customers/${missing}/preferences`],
    ['POST', `/v1/customers/${missing}/setup_intents`],
    ['GET', `/v1/customers/${missing}/payment_methods`],
    ['DELETE', `/v1/customers/${missing}/payment_methods/pm_1`],
  ])('%s %s -> 404', async (method, path) => {
    const before = await kept();
    const answer = await send(method, path, method === 'GET' ? '' : '{}');
    expect([answer.status, answer.body['code']]).toEqual([404, 'resource_missing']);
    expect(await kept()).toEqual(before);
  });

  it.each(['pm_unheard_of', 'card_1', 'seti_1', `${'x'.repeat(300)}`])(
    'payment method %s of a customer -> 404, however it is asked for',
    async (pm) => {
      const before = await kept();
      const path = `/v1/customers/${id}/payment_methods/${pm}`;
      for (const answer of [
        await app.api.get(path),
        await send('DELETE', path, ''),
        await send('PUT', `${path}/default`, '{}'),
      ]) {
        expect([answer.status, answer.body['code']]).toEqual([404, 'resource_missing']);
      }
      expect(await kept()).toEqual(before);
    },
  );

  it('a setup of another customer', async () => {
    const other = await app.api.post('/v1/customers', {});
    const setup = await app.api.post(`/v1/customers/${other.body['id']}/setup_intents`, {});
    const path = `/setup_intents/${setup.body['id']}`;
    expect((await app.api.get(`/v1/customers/${other.body['id']}${path}`)).status).toBe(200);
    expect((await app.api.get(`/v1/customers/${id}${path}`)).status).toBe(404);
  });
});

describe('a list of customers', () => {
  it.each([
    'limit=0',
    'limit=101',
    'email=',
    'email=a&email=b',
    'page=2',
    'starting_after=pay_1',
    'created_at[gt]=now',
  ])('with ?%s -> 400', async (query) => {
    const answer = await app.api.get(`/v1/customers?${query}`);
    expect([answer.status, answer.body['code']]).toEqual([400, 'invalid_request']);
  });
});

describe('tax ids', () => {
  it.each([
    ['eu_vat', 'ATU12345678'],
    ['eu_vat', 'BE 0123.456.789'],
    ['eu_vat', 'ES X1234567X'],
    ['eu_vat', 'FR XX 123456789'],
    ['eu_vat', 'EL123456789'],
    ['eu_vat', 'NL123456789B01'],
    ['eu_vat', 'IE1234567FA'],
    ['eu_vat', 'XI123456789'],
    ['gb_vat', 'GB 123 4567 89'],
    ['gb_vat', 'GBGD123'],
    ['us_ein', '12-3456789'],
    ['ch_vat', 'CHE-123.456.789 MWST'],
    ['no_vat', '123456789 MVA'],
    ['in_gst', '12ABCDE3456F1Z5'],
    ['za_vat', '4123456789'],
  ] as const)('%s %s has a shape that the office gives out', (type, value) => {
    expect(parseTaxId(type, value)).toBeDefined();
  });

  it('are read the same again in the spelling that is kept', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...taxIdTypes),
        fc.stringMatching(/^[A-Z]{0,3}[ .-]?[0-9A-Z]{1,12}[ .-]?[A-Z]{0,4}$/),
        (type, text) => {
          const first = parseTaxId(type, text);
          if (first !== undefined) expect(parseTaxId(type, first.value)).toEqual(first);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
