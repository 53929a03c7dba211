import { describe, expect, it } from '@jest/globals';
import { formatNumber, numberSeries, seriesOf } from '../../../src/domain/invoice/number-series.js';
import { CorruptStream } from '../../../src/domain/shared/corrupt-stream.js';
import { fold } from '../../../src/domain/shared/decider.js';
import { at, invoiceId, issuedOn } from '../../support/invoice-examples.js';

const assigned = (sequence: bigint) =>
  ({
    type: 'DocumentNumberAssigned',
    at,
    documentId: invoiceId,
    sequence,
    number: formatNumber('INV-2026', 6, sequence),
  }) as const;

describe('a series of numbers', () => {
  it('is named by its prefix, and by the year where there is one series for each', () => {
    expect(seriesOf({ prefix: 'INV', withYear: true, width: 6 }, issuedOn)).toBe('INV-2026');
    expect(seriesOf({ prefix: 'INV', withYear: false, width: 6 }, issuedOn)).toBe('INV');
  });

  it('writes its numbers with so many digits at least', () => {
    expect(formatNumber('INV-2026', 6, 123n)).toBe('INV-2026-000123');
    expect(formatNumber('INV', 3, 12_345n)).toBe('INV-12345');
  });

  it('stops whoever reads it at a gap or a number given twice', () => {
    const state = fold(numberSeries, [assigned(1n), assigned(2n)]);
    expect(state).toEqual({ status: 'numbering', sequence: 2n, number: 'INV-2026-000002' });
    expect(() => fold(numberSeries, [assigned(1n), assigned(3n)])).toThrow(CorruptStream);
    expect(() => fold(numberSeries, [assigned(1n), assigned(1n)])).toThrow(CorruptStream);
  });
});
