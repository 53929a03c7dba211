import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Stripe } from 'stripe';
import { verifyStripeWebhook } from '../../../src/infrastructure/stripe/stripe-webhook-verifier.js';

const nowMs = Date.parse('2026-11-20T12:00:00.000Z');
const nowSeconds = nowMs / 1_000;
const oldSecret = 'whsec_the_old_one';
const newSecret = 'whsec_the_new_one';
const verify = verifyStripeWebhook({
  secrets: [newSecret, oldSecret],
  toleranceSeconds: 300,
  now: () => nowMs,
});

const event = {
  id: 'evt_1',
  object: 'event',
  api_version: '2026-10-28.endive',
  created: nowSeconds,
  livemode: false,
  type: 'charge.succeeded',
  data: { object: { id: 'ch_1', object: 'charge', payment_intent: 'pi_1' } },
};
const body = JSON.stringify(event, null, 2);

function digest(payload: string | Buffer, secret: string, timestamp: number | string): string {
  return createHmac('sha256', secret).update(`${timestamp}.`).update(payload).digest('hex');
}
function sign(
  payload: string | Buffer,
  { secret = newSecret, timestamp = nowSeconds as number | string } = {},
): string {
  return `t=${timestamp},v1=${digest(payload, secret, timestamp)}`;
}
const check = (payload: string | Buffer, header?: string) => verify(Buffer.from(payload), header);
const code = (payload: string | Buffer, header?: string) => {
  const result = check(payload, header);
  return result.outcome === 'refused' ? result.code : result.outcome;
};
describe('a webhook that Stripe signed', () => {
  it('is verified and read from its envelope, its body kept as it came', () => {
    expect(check(body, sign(body))).toEqual({
      outcome: 'verified',
      webhook: {
        id: 'evt_1',
        type: 'charge.succeeded',
        apiVersion: '2026-10-28.endive',
        livemode: false,
        objectId: 'pi_1',
        payload: body,
        account: null,
      },
    });
  });

  it.each([
    ['of a connected account', { account: 'acct_other' }, 'acct_other'],
    ['of an account below an organization', { context: 'acct_1/acct_2' }, 'acct_1/acct_2'],
    [
      'of an account in a form that we do not know',
      { context: { id: 'acct_1' } },
      'named in an unknown form',
    ],
    ['of no other account', { account: null, context: null }, null],
  ])('F44: %s tells whose it is', (_title, more, account) => {
    const payload = JSON.stringify({ ...event, ...more });
    expect(check(payload, sign(payload))).toMatchObject({ outcome: 'verified', webhook: { account } });
  });

  it('is verified with either secret while they are rotated, and with the retired one no more', () => {
    expect(code(body, sign(body, { secret: oldSecret }))).toBe('verified');
    const both = `t=${nowSeconds},v1=${digest(body, 'whsec_other', nowSeconds)},v1=${digest(body, oldSecret, nowSeconds)}`;
    expect(code(body, both)).toBe('verified');
    const rotated = verifyStripeWebhook({ secrets: [newSecret], toleranceSeconds: 300, now: () => nowMs });
    expect(rotated(Buffer.from(body), sign(body, { secret: oldSecret })).outcome).toBe('refused');
  });

  it.each([
    ['301 s old', -301, 'timestamp_out_of_range'],
    ['300 s old', -300, 'verified'],
    ['299 s old', -299, 'verified'],
    ['299 s in the future', 299, 'verified'],
    ['301 s in the future', 301, 'timestamp_out_of_range'],
    ['ten years in the future', 10 * 365 * 86_400, 'timestamp_out_of_range'],
  ])('%s: %#', (_title, offset, expected) => {
    expect(code(body, sign(body, { timestamp: nowSeconds + offset }))).toBe(expected);
  });

  it('holds its object by the intent that the object belongs to, or else by the object itself', () => {
    const of = (object: unknown) => {
      const payload = JSON.stringify({ ...event, data: { object } });
      const result = check(payload, sign(payload));
      return result.outcome === 'verified' ? result.webhook.objectId : result.code;
    };
    expect(of({ id: 'pi_9', object: 'payment_intent' })).toBe('pi_9');
    expect(of({ id: 're_9', payment_intent: 'pi_9' })).toBe('pi_9');
    expect(of({ id: 'ch_9', payment_intent: null })).toBe('ch_9');
    expect(of({ id: 'bad\u0000id' })).toBeNull();
    expect(of(null)).toBeNull();
  });

  it('is read as a thin event too, with no API version', () => {
    const thin = {
      id: 'evt_2',
      object: 'v2.core.event',
      type: 'v1.billing.meter',
      livemode: true,
      related_object: { id: 'mtr_1' },
    };
    const payload = JSON.stringify(thin);
    expect(check(payload, sign(payload))).toMatchObject({
      outcome: 'verified',
      webhook: { apiVersion: null, livemode: true, objectId: 'mtr_1' },
    });
  });
});

describe('a webhook that Stripe did not sign', () => {
  it('is refused without a header, or with one that holds nothing to compare', () => {
    expect(code(body, undefined)).toBe('signature_missing');
    expect(code(body, '')).toBe('signature_missing');
    const v0 = `t=${nowSeconds},v0=${digest(body, newSecret, nowSeconds)}`;
    const twoTimes = `t=${nowSeconds},${sign(body)}`;
    for (const header of [
      v0,
      twoTimes,
      't=,v1=',
      'nonsense',
      `v1=${digest(body, newSecret, '')}`,
      sign(body, { timestamp: '1e9' }),
    ]) {
      expect(code(body, header)).toBe('signature_malformed');
    }
  });

  it('is refused with a wrong secret, a shortened signature, or the signature of another time', () => {
    expect(code(body, sign(body, { secret: 'whsec_wrong' }))).toBe('signature_invalid');
    expect(code(body, sign(body).slice(0, -1))).toBe('signature_malformed');
    expect(code(body, sign(body).replace(`t=${nowSeconds}`, `t=${nowSeconds + 1}`))).toBe(
      'signature_invalid',
    );
  });

  it('is refused when the JSON was written anew, though it means the same', () => {
    expect(code(JSON.stringify(event), sign(body))).toBe('signature_invalid');
  });

  it('is refused with a byte order mark in front, which the SDK lets pass', () => {
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(body)]);
    const header = `t=${Math.floor(Date.now() / 1_000)},v1=${digest(body, newSecret, Math.floor(Date.now() / 1_000))}`;
    expect(new Stripe('sk_test_x').webhooks.constructEvent(marked, header, newSecret).id).toBe('evt_1');
    expect(code(marked, sign(body))).toBe('signature_invalid');
  });

  it('is refused whichever byte was changed', () => {
    const header = sign(body);
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(body);
        changed[at] = (changed[at] ?? 0) ^ change;
        return code(changed, header) === 'signature_invalid';
      }),
      { numRuns: 300 },
    );
  });

  it('never throws and never verifies for any header', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        (header) => code(body, header) !== 'verified',
      ),
      { numRuns: 500 },
    );
  });
});

describe('a body that exhausts', () => {
  // Each holds a valid signature: only a limit that is looked at first can refuse it, without hashing once for each part.
  it.each([
    ['10,000 signatures', `${sign(body)},${new Array(10_000).fill(`v1=${'a'.repeat(64)}`).join(',')}`],
    ['17 signatures', `${sign(body)},${new Array(16).fill(`v1=${'a'.repeat(64)}`).join(',')}`],
    ['a header of 1 MB', `${sign(body)},v0=${'a'.repeat(1_000_000)}`],
    ['2,000 commas', `${sign(body)}${','.repeat(2_000)}`],
  ])('is refused before it is hashed: %s', (_title, header) => {
    expect(code(body, header)).toBe('signature_malformed');
  });

  it('is refused at 10 MB before it is hashed, though its signature is valid', () => {
    const large = Buffer.alloc(10 * 1024 * 1024, ' ');
    expect(code(large, sign(large))).toBe('payload_too_large');
  });

  it.each([
    [
      'nested 10,000 deep',
      `{"id":"evt_1","type":"a","livemode":false,"data":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
    ],
    ['objects nested 10,000 deep', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['no JSON', 'hello'],
    ['an array', '[]'],
    ['null', 'null'],
    ['no id', JSON.stringify({ ...event, id: undefined })],
    ['an id with a NUL', JSON.stringify({ ...event, id: 'evt\u0000' })],
    ['a type with spaces', JSON.stringify({ ...event, type: 'a b' })],
    ['livemode as text', JSON.stringify({ ...event, livemode: 'false' })],
  ])('is malformed though it is signed: %s', (_title, payload) => {
    expect(code(payload, sign(payload))).toBe('payload_malformed');
  });

  it('is malformed when it is not UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from(body.slice(0, -2)), Buffer.from([0xff, 0x7d])]);
    expect(code(bytes, sign(bytes))).toBe('payload_malformed');
  });
});

describe('the configuration', () => {
  it('has no empty secret and no tolerance of zero', () => {
    const build = (secrets: string[], toleranceSeconds: number) => () =>
      verifyStripeWebhook({ secrets, toleranceSeconds });
    expect(build([], 300)).toThrow(TypeError);
    expect(build([newSecret, ' '], 300)).toThrow(TypeError);
    expect(build([newSecret], 0)).toThrow(TypeError);
    expect(build([newSecret], Number.NaN)).toThrow(TypeError);
  });
});
