import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { invoiceCodec } from '../../../src/application/invoice/invoice.codec.js';
import { paymentCodec } from '../../../src/application/payment/payment.codec.js';
import { MalformedEvent, UnknownEventType } from '../../../src/application/shared/event-codec.js';
import type { Instant } from '../../../src/domain/shared/instant.js';
import { storedModules } from '../../support/stored-modules.js';

/**
 * One stored example of every version of every event that was ever written. The files are never edited: a change that makes
 * one unreadable would make somebody's history unreadable.
 */
const examplesOf = (golden: string) => {
  const folder = new URL(`../../golden-events/${golden}/`, import.meta.url);
  return readdirSync(folder).map((file) => ({
    type: file.replace(/\.json$/, ''),
    data: JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Record<string, unknown>,
  }));
};

describe.each(storedModules)('F31: stored events of $title', ({ golden, codec }) => {
  const examples = examplesOf(golden);

  it('have an example of every stored type', () => {
    expect(examples.map(({ type }) => type).sort()).toEqual([...codec.storedTypes.keys()].sort());
  });

  it.each(examples)('$type is decoded', ({ type, data }) => {
    expect(codec.decode({ type, data }).type).toBe(type.split('.')[0]);
  });

  it.each(examples.filter(({ type }) => !type.includes('.')))(
    '$type is written as it is stored',
    (stored) => {
      // Strictly: whoever follows the store may get these very objects in place of what their text gives.
      expect(codec.encode(codec.decode(stored) as never)).toStrictEqual(stored);
    },
  );

  it('of another version of the program, or of another shape, are refused', () => {
    expect(() => codec.decode({ type: 'SomethingHappened.v9', data: {} })).toThrow(UnknownEventType);
    for (const { type, data } of examples) {
      expect(() => codec.decode({ type, data: { ...data, surprise: 1 } })).toThrow(MalformedEvent);
      expect(() => codec.decode({ type, data: { ...data, surprise: 1 } })).toThrow(
        expect.objectContaining({ isNewer: true }),
      );
      const { at: _at, ...rest } = data;
      expect(() => codec.decode({ type, data: rest })).toThrow(MalformedEvent);
      expect(() => codec.decode({ type, data: { ...rest, surprise: 1 } })).toThrow(
        expect.objectContaining({ isNewer: false }),
      );
    }
  });
});

describe('what was added to a type that is stored already', () => {
  it('of a refund of an invoice is who asked, where another person is to approve it', () => {
    const [asked] = examplesOf('invoice').filter(({ type }) => type === 'InvoiceRefundRequested');
    const data = { ...asked?.data, requestedBy: 'usr_0193f1a0-0000-7000-8000-000000000001' };
    const decoded = invoiceCodec.decode({ type: 'InvoiceRefundRequested', data });
    expect(invoiceCodec.encode(decoded).data).toEqual(data);
  });

  it('of an issued invoice is its look, which older ones have none of', () => {
    const [finalized] = examplesOf('invoice').filter(({ type }) => type === 'InvoiceFinalized');
    const templateId = 'itpl_0193f1a0-0000-7000-8000-000000000001';
    const look = { brandingVersion: 2, template: { templateId, version: 3 } };
    const data = { ...finalized?.data, look };
    const decoded = invoiceCodec.decode({ type: 'InvoiceFinalized', data });
    expect(decoded).toMatchObject({ look });
    expect(invoiceCodec.encode(decoded).data).toEqual(data);
    expect(invoiceCodec.decode({ type: 'InvoiceFinalized', data: finalized?.data })).not.toHaveProperty(
      'look',
    );
  });

  it('of a reversal is the refund that it is a part of, which older ones tell by their own id', () => {
    const [reversed] = examplesOf('invoice').filter(({ type }) => type === 'InvoicePaymentReversed');
    const invoiceRefundId = 'irf_0193f1a0-0000-7000-8000-00000000000a';
    const decoded = (more: object) =>
      invoiceCodec.decode({ type: 'InvoicePaymentReversed', data: { ...reversed?.data, ...more } });
    const told = decoded({ invoiceRefundId });
    expect(told).toMatchObject({ invoiceRefundId });
    expect(invoiceCodec.encode(told).data).toEqual({ ...reversed?.data, invoiceRefundId });
    const older = { reversalId: 'app_1 refunded by 0193f1a0-0000-7000-8000-00000000000a' };
    expect(decoded(older)).toMatchObject({ ...older, invoiceRefundId });
    for (const reversalId of ['rev_1', 'app_1 refunded by somebody', 'app_1 bounced']) {
      expect(decoded({ reversalId })).not.toHaveProperty('invoiceRefundId');
    }
  });

  const attempt = { at: '2026-11-01T09:30:00.000Z', attempt: 1, paymentMethod: 'pm_1' };

  it('is read and written where it is there, and absent where it is not', () => {
    const payer = { providerCustomerId: 'cus_atProvider', offSession: true };
    for (const data of [attempt, { ...attempt, payer }]) {
      const decoded = paymentCodec.decode({ type: 'PaymentConfirmRequested', data });
      expect(decoded).toEqual({ type: 'PaymentConfirmRequested', ...data });
      expect(Object.keys(paymentCodec.encode(decoded).data)).toEqual(Object.keys(data));
    }
  });
});

describe('a stored amount', () => {
  it.each([
    ['a number', { amount: 5000, currency: 'USD' }],
    ['a fraction', { amount: '50.00', currency: 'USD' }],
    ['an unknown currency', { amount: '5000', currency: 'XXX' }],
    ['no currency', { amount: '5000' }],
  ])('is not taken when it is %s', (_name, amount) => {
    const data = { at: '2026-11-01T09:30:00.000Z', amount };
    expect(() => paymentCodec.decode({ type: 'PaymentCaptureRequested', data })).toThrow(MalformedEvent);
  });
});

describe('what could not be read again', () => {
  it('is not written', () => {
    const at = '2026-11-01T09:30:00.000Z' as Instant;
    const amount = { minor: 10n ** 30n, currency: 'USD' as const };
    expect(() => paymentCodec.encode({ type: 'PaymentCaptureRequested', at, amount })).toThrow(
      MalformedEvent,
    );
    const sometime = 'yesterday' as Instant;
    expect(() => paymentCodec.encode({ type: 'PaymentCancelRequested', at: sometime })).toThrow(
      MalformedEvent,
    );
  });
});
