import { describe, expect, it } from '@jest/globals';
import type { CreditScope } from '../../../src/domain/invoice/credit-note.js';
import { creditLines } from '../../../src/domain/invoice/credit-note.js';
import { money } from '../../../src/domain/shared/money.js';
import { invoiceLaws } from '../../laws/invoice-laws.js';
import { reversalLaws } from '../../laws/reversal-laws.js';
import { lagoContent, price } from '../../support/invoice-examples.js';
import { holdLaws } from '../../support/law.js';

describe('laws of an invoice', () => {
  holdLaws(invoiceLaws);
});

describe('the reversal law', () => {
  holdLaws(reversalLaws);

  it('never takes back more than there is', () => {
    const priced = price(lagoContent);
    const eur = (minor: bigint) => money(minor, 'EUR');
    const credited = creditLines(priced, [], { by: 'lines', lines: [1] });
    const first = 'lines' in credited ? credited.lines : [];
    expect(first).toHaveLength(1);
    const refusal = (scope: CreditScope) => {
      const result = creditLines(priced, first, scope);
      return 'refusal' in result ? result.refusal : null;
    };
    expect(refusal({ by: 'lines', lines: [1] })).toEqual({
      code: 'credit_exceeds_invoice',
      line: 1,
      creditable: eur(0n),
    });
    expect(refusal({ by: 'total', amount: eur(33_499n - 8_200n + 1n) })).toMatchObject({
      code: 'credit_exceeds_invoice',
      line: null,
      creditable: eur(25_299n),
    });
    expect(refusal({ by: 'line_amounts', amounts: [{ line: 2, amount: eur(8_200n) }] })).toMatchObject({
      code: 'credit_exceeds_invoice',
      line: 2,
    });
    expect(refusal({ by: 'lines', lines: [2, 2] })).toEqual({ code: 'line_given_twice', line: 2 });
    expect(refusal({ by: 'lines', lines: [5] })).toEqual({ code: 'line_not_found', line: 5 });
    expect(refusal({ by: 'total', amount: eur(0n) })).toEqual({ code: 'amount_not_positive' });
    expect(refusal({ by: 'total', amount: money(1n, 'USD') })).toMatchObject({ code: 'currency_mismatch' });
  });
});
