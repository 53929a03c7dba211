import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { paymentCodec } from '../../../src/application/payment/payment.codec.js';
import { MalformedEvent, UnknownEventType } from '../../../src/application/shared/event-codec.js';

/**
 * One stored example of every version of every event that was ever written. The files are never edited: a change that makes
 * one unreadable would make somebody's history unreadable.
 */
const folder = new URL('../../golden-events/payment/', import.meta.url);
const golden = readdirSync(folder).map((file) => ({
  type: file.replace(/\.json$/, ''),
  data: JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Record<string, unknown>,
}));

describe('stored payment events', () => {
  it('has an example of every stored type', () => {
    expect(golden.map(({ type }) => type).sort()).toEqual([...paymentCodec.storedTypes.keys()].sort());
  });

  it.each(golden)('decodes $type', ({ type, data }) => {
    expect(paymentCodec.decode({ type, data }).type).toBe(type.split('.')[0]);
  });

  it.each(golden.filter(({ type }) => !type.includes('.')))('writes $type as it is stored', (stored) => {
    expect(paymentCodec.encode(paymentCodec.decode(stored))).toEqual(stored);
  });

  it('refuses a type of another version of the program, and a payload of another shape', () => {
    expect(() => paymentCodec.decode({ type: 'PaymentCaptured.v9', data: {} })).toThrow(UnknownEventType);
    for (const { type, data } of golden) {
      expect(() => paymentCodec.decode({ type, data: { ...data, surprise: 1 } })).toThrow(MalformedEvent);
      const { at: _at, ...rest } = data;
      expect(() => paymentCodec.decode({ type, data: rest })).toThrow(MalformedEvent);
    }
  });

  it.each([
    ['a number', { amount: 5000, currency: 'USD' }],
    ['a fraction', { amount: '50.00', currency: 'USD' }],
    ['an unknown currency', { amount: '5000', currency: 'XXX' }],
    ['no currency', { amount: '5000' }],
  ])('refuses an amount written as %s', (_name, amount) => {
    const data = { at: '2026-11-01T09:30:00.000Z', amount };
    expect(() => paymentCodec.decode({ type: 'PaymentCaptureRequested', data })).toThrow(MalformedEvent);
  });
});
