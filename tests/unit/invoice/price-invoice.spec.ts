import { describe, expect, it } from '@jest/globals';
import { priceInvoice } from '../../../src/domain/invoice/price-invoice.js';
import { money } from '../../../src/domain/shared/money.js';
import { content, dec, lagoContent, line, price, vat } from '../../support/invoice-examples.js';

const minors = (amounts: readonly { readonly minor: bigint }[]) => amounts.map(({ minor }) => Number(minor));
const eur = (minor: number) => money(BigInt(minor), 'EUR');

describe('the price of an invoice', () => {
  it("is 334.99 for Lago's published case, with the tax of the document shared out to its lines", () => {
    const priced = price(lagoContent);
    expect(minors([priced.net, priced.tax, priced.total])).toEqual([27_916, 5_583, 33_499]);
    expect(minors(priced.lines.map(({ tax }) => tax))).toEqual([1_367, 1_366, 1_150, 1_700]);
    expect(minors(priced.lines.map(({ total }) => total))).toEqual([8_200, 8_199, 6_900, 10_200]);
    expect(priced.taxes).toEqual([
      { rate: vat('20'), taxable: eur(27_916), amount: eur(5_583), remainderTo: [1, 3, 4] },
    ]);
  });

  it('multiplies decimal quantities and prices of up to 12 decimals, and rounds each line once', () => {
    const metered = line('0.000125', {
      charge: { kind: 'unit', quantity: dec('1234567.5'), unitPrice: dec('0.000125') },
    });
    const fraction = line('1', {
      charge: { kind: 'unit', quantity: dec('0.333333'), unitPrice: dec('0.030000000001') },
    });
    expect(minors(price(content([metered, fraction])).lines.map(({ gross }) => gross))).toEqual([15_432, 1]);
    expect(minors(price(content([metered]), 'JPY').lines.map(({ gross }) => gross))).toEqual([154]);
    expect(minors(price(content([metered]), 'KWD').lines.map(({ gross }) => gross))).toEqual([154_321]);
  });

  it('adds the tiers of a line up before it rounds', () => {
    const tier = (quantity: string, unitPrice: string) => ({
      description: 'calls',
      quantity: dec(quantity),
      unitPrice: dec(unitPrice),
    });
    const tiered = line('0', { charge: { kind: 'tiered', tiers: [tier('1', '0.004'), tier('1', '0.004')] } });
    expect(minors(price(content([tiered])).lines.map(({ gross }) => gross))).toEqual([1]);
  });

  it('takes discounts off the line first and then off the invoice, before tax', () => {
    const priced = price(
      content(
        [
          line('100.00', { discount: { kind: 'percentage', percentage: dec('10') }, taxes: [vat('20')] }),
          line('50.00', { discount: { kind: 'amount', amount: eur(500) }, taxes: [vat('5.5')] }),
        ],
        { discount: { kind: 'amount', amount: eur(1_000) } },
      ),
    );
    expect(minors(priced.lines.map(({ lineDiscount }) => lineDiscount))).toEqual([1_000, 500]);
    expect(minors(priced.lines.map(({ invoiceDiscount }) => invoiceDiscount))).toEqual([667, 333]);
    expect(priced.discountRemainderTo).toEqual([1]);
    expect(minors([priced.gross, priced.discount, priced.net])).toEqual([15_000, 2_500, 12_500]);
    expect(minors(priced.taxes.map(({ amount }) => amount))).toEqual([1_667, 229]);
    expect(priced.total).toEqual(eur(12_500 + 1_667 + 229));
  });

  it('takes inclusive tax out of the price, so that net and tax are the price', () => {
    const priced = price(content([line('10.00', { taxes: [vat('20', true)] })]));
    expect(minors([priced.net, priced.tax, priced.total])).toEqual([833, 167, 1_000]);
    const odd = price(content([1, 2, 3].map(() => line('0.01', { taxes: [vat('20', true)] }))));
    expect(minors([odd.net, odd.tax, odd.total])).toEqual([2, 1, 3]);
    expect(odd.taxes[0]?.remainderTo).toEqual([1]);
  });

  it('charges exclusive tax on the net of a price that holds another tax', () => {
    const local = { name: 'Local', percentage: dec('10'), jurisdiction: 'FR-75', inclusive: false };
    const priced = price(content([line('12.00', { taxes: [vat('20', true), local] })]));
    expect(minors(priced.taxes.map(({ amount }) => amount))).toEqual([200, 100]);
    expect(minors([priced.net, priced.tax, priced.total])).toEqual([1_000, 300, 1_300]);
  });

  it('shares tax that a price holds of several rates out among them, to the unit', () => {
    const gst = { name: 'GST', percentage: dec('5'), jurisdiction: 'CA', inclusive: true };
    const qst = { name: 'QST', percentage: dec('9.975'), jurisdiction: 'CA-QC', inclusive: true };
    const priced = price(
      content(['0.01', '0.01', '114.98', '0.07'].map((of) => line(of, { taxes: [gst, qst] }))),
    );
    expect(minors([priced.net, priced.tax, priced.total])).toEqual([10_008, 1_499, 11_507]);
    expect(minors(priced.taxes.map(({ amount }) => amount))).toEqual([501, 998]);
    for (const { net, taxes } of priced.lines) {
      expect(
        Math.min(Number(net.minor), ...minors(taxes.map(({ amount }) => amount))),
      ).toBeGreaterThanOrEqual(0);
    }
  });

  it('is nothing, and its tax is nothing, with a discount of 100 %', () => {
    const all = { kind: 'percentage', percentage: dec('100') } as const;
    for (const of of [
      content([line('68.33', { taxes: [vat('20')] })], { discount: all }),
      content([line('68.33', { taxes: [vat('20')], discount: all })]),
      content([line('68.33', { taxes: [vat('20', true)] })], { discount: all }),
    ]) {
      expect(minors([price(of).net, price(of).tax, price(of).total])).toEqual([0, 0, 0]);
    }
  });

  it('does not exist with a discount above what it is taken from', () => {
    const large = { kind: 'amount', amount: eur(101) } as const;
    expect(priceInvoice('EUR', content([line('2.00'), line('1.00', { discount: large })]))).toEqual({
      tooLarge: { line: 2, atMost: eur(100) },
    });
    expect(priceInvoice('EUR', content([line('1.00')], { discount: large }))).toEqual({
      tooLarge: { line: null, atMost: eur(100) },
    });
  });
});
