import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bench, ErrorBody } from './support.js';
import { openBench, raw } from './support.js';

describe('Parameter validation of the Stripe simulator', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench();
  });
  afterAll(() => bench.sim.close());

  const errorOf = async (body: string, path = '/v1/payment_intents'): Promise<ErrorBody> => {
    const answer = await raw(bench, path, body);
    expect(answer.status).toBe(400);
    expect(answer.json.error.type).toBe('invalid_request_error');
    return answer.json.error;
  };

  it.each([
    ['currency=usd', 'parameter_missing', 'amount', 'Missing required param: amount.'],
    ['amount=1000', 'parameter_missing', 'currency', 'Missing required param: currency.'],
    [
      'amount=1000&currency=usd&colour=red',
      'parameter_unknown',
      'colour',
      'Received unknown parameter: colour',
    ],
    [
      'amount=1000&currency=usd&automatic_payment_methods[on]=1',
      'parameter_unknown',
      'automatic_payment_methods[on]',
      'Received unknown parameter: automatic_payment_methods[on]',
    ],
    ['amount=1000&currency=usd&a=1&b=2', 'parameter_unknown', 'a', 'Received unknown parameters: a, b'],
    ['amount=10.5&currency=usd', 'parameter_invalid_integer', 'amount', 'Invalid integer: 10.5'],
    ['amount=abc&currency=usd', 'parameter_invalid_integer', 'amount', 'Invalid integer: abc'],
    ['amount=-5&currency=usd', 'parameter_invalid_integer', 'amount', 'Invalid positive integer'],
    ['amount=0&currency=usd', 'parameter_invalid_integer', 'amount', 'Invalid positive integer'],
    [
      'amount=1000&currency=',
      'parameter_invalid_empty',
      'currency',
      "You passed an empty string for 'currency'.",
    ],
    ['amount=1000&currency=usd&confirm=maybe', undefined, 'confirm', 'Invalid boolean: maybe'],
    [
      'amount=1000&currency=usd&capture_method=soon',
      undefined,
      'capture_method',
      'Invalid capture_method: must be',
    ],
    ['amount=1000&currency=xxx', undefined, 'currency', 'Invalid currency: xxx. Stripe currently supports'],
    ['amount=49&currency=usd', 'amount_too_small', 'amount', 'Amount must be at least $0.50 usd'],
    ['amount=29&currency=gbp', 'amount_too_small', 'amount', 'Amount must be at least £0.30 gbp'],
    ['amount=49&currency=jpy', 'amount_too_small', 'amount', 'Amount must be at least ¥50 jpy'],
    [
      'amount=100000000&currency=usd',
      'amount_too_large',
      'amount',
      'Amount must be no more than $999,999.99',
    ],
    ['amount=1234&currency=kwd', 'invalid_charge_amount', 'amount', 'evenly divisible by 10,'],
    ['amount=10050&currency=isk', 'invalid_charge_amount', 'amount', 'evenly divisible by 100,'],
    ['amount=10050&currency=ugx', 'invalid_charge_amount', 'amount', 'evenly divisible by 100,'],
    ['amount=1000&currency=usd&off_session=true', undefined, 'off_session', 'if `confirm` is set to true'],
    [`amount=1000&currency=usd&metadata[${'k'.repeat(41)}]=1`, undefined, 'metadata', 'up to 40 characters'],
    [
      `amount=1000&currency=usd&metadata[a]=${'v'.repeat(501)}`,
      undefined,
      'metadata',
      'up to 500 characters',
    ],
  ])('refuses %s', async (body, code, param, message) => {
    const error = await errorOf(body);
    expect(error.code).toBe(code);
    expect(error.param).toBe(param);
    expect(error.message).toContain(message);
    if (code !== undefined) expect(error.doc_url).toContain(String(code).replaceAll('_', '-'));
  });

  it.each([
    '1000&currency=USD',
    '50&currency=jpy',
    '17500&currency=huf',
    '1230&currency=kwd',
    '500000&currency=isk',
    '99999999&currency=eur',
  ])('takes amount=%s', async (amount) => {
    const answer = await raw(bench, '/v1/payment_intents', `amount=${amount}`);
    expect(answer.status).toBe(200);
  });

  it('knows payment_method_types only in API versions that had it', async () => {
    const body = 'amount=1000&currency=usd&payment_method_types[]=card';
    expect(await errorOf(body)).toMatchObject({ code: 'parameter_unknown', param: 'payment_method_types' });
    const older = await raw(bench, '/v1/payment_intents', body, { 'Stripe-Version': '2025-09-30.clover' });
    expect(older.json.payment_method_types).toEqual(['card']);
  });

  it('reads lists with and without indices and nested hashes', async () => {
    const answer = await raw(
      bench,
      '/v1/payment_intents',
      'amount=1000&currency=usd&allowed_payment_method_types[]=card&allowed_payment_method_types[]=us_bank_account' +
        '&metadata[a%20b]=c+d&metadata[e]=%C3%A9&shipping[address][line1]=Road+1&shipping[name]=N',
    );
    expect(answer.json).toMatchObject({
      allowed_payment_method_types: ['card', 'us_bank_account'],
      metadata: { 'a b': 'c d', e: 'é' },
      shipping: { address: { line1: 'Road 1' }, name: 'N' },
    });
  });

  it.each([
    ['Bearer sk_live_51abcdefghijkl', 'Invalid API Key provided: sk_live_********ijkl'],
    ['Bearer nonsense', 'Invalid API Key provided: ****'],
    ['', 'You did not provide an API key.'],
  ])('answers 401 to %j', async (Authorization, message) => {
    const answer = await raw(bench, '/v1/balance', '', { Authorization }, 'GET');
    expect(answer.status).toBe(401);
    expect(answer.json.error.message).toContain(message);
  });

  it('takes the key as the user of basic authentication', async () => {
    const Authorization = `Basic ${Buffer.from('sk_test_abc:').toString('base64')}`;
    expect((await raw(bench, '/v1/balance', '', { Authorization }, 'GET')).status).toBe(200);
  });

  it('answers 404 to what Stripe has and the simulator has not', async () => {
    const answer = await raw(bench, '/v1/coupons', '', {}, 'GET');
    expect(answer.status).toBe(404);
    expect(answer.json.error.message).toContain('Unrecognized request URL (GET: /v1/coupons)');
  });

  it('survives malformed input', async () => {
    expect((await raw(bench, '/v1/payment_intents', 'amount=%ZZ')).status).toBe(400);
    expect((await raw(bench, '/v1/payment_intents/%ZZ', '', {}, 'GET')).status).toBe(404);
    expect((await raw(bench, '/v1/payment_intents', '__proto__[x]=1&amount=1000&currency=usd')).status).toBe(
      400,
    );
    expect((await raw(bench, '/v1/payment_intents', `a${'[b]'.repeat(20)}=1`)).status).toBe(400);
  });
});
