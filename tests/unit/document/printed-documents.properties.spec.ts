import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Sheet } from '../../../src/application/document/sheet.js';
import type { Currency } from '../../../src/domain/shared/currency.js';
import { exponentOf } from '../../../src/domain/shared/currency.js';
import { largestMinor } from '../../../src/domain/shared/money.js';
import { PdfkitDocumentPrinter } from '../../../src/infrastructure/pdf/pdfkit-document-printer.js';
import { holds, holdsAsync } from '../../support/corpus.js';
import { invoiceCommands, invoiceToPrice, pricedOf } from '../../support/invoice-arbitraries.js';
import { play } from '../../support/invoice-examples.js';
import { pagesOf } from '../../support/pdf-text.js';
import { invoiceExample, issueOf } from '../../support/printed-examples.js';

/** Larger ones are no invoices. */
const priceable = invoiceToPrice.filter((given) => {
  const { gross, total } = pricedOf(given);
  return gross.minor <= largestMinor && total.minor <= largestMinor;
});

/** What a reader with a pocket calculator would find. */
function added(sheet: Sheet, currency: Currency) {
  const minor = (text: string): bigint => {
    const plain = text.replace(/[^\d.-]/g, '');
    const [whole = '', fraction = ''] = plain.replace('-', '').split('.');
    expect(fraction).toHaveLength(exponentOf(currency));
    return BigInt(`${whole}${fraction}`) * (plain.startsWith('-') ? -1n : 1n);
  };
  const value = (label: string): bigint => {
    const found = sheet.totals.find((total) => total.label === label);
    return found === undefined ? 0n : minor(found.value);
  };
  const valuesOf = (begin: RegExp) =>
    sheet.totals
      .filter(({ label }) => begin.test(label))
      .map(({ label, value: of }) => ({ label, of: minor(of) }));
  const sum = (values: readonly bigint[]) => values.reduce((total, one) => total + one, 0n);
  const taxes = valuesOf(/ on [\d.,-]+|^Tax$/);
  return {
    lines: sum(sheet.lines.rows.map(({ cells }) => minor(cells.at(-1) ?? ''))),
    subtotal: value('Subtotal'),
    discount: sum(valuesOf(/^Discount/).map(({ of }) => of)),
    taxes: sum(taxes.map(({ of }) => of)),
    onTop: sum(taxes.filter(({ label }) => !label.includes('included')).map(({ of }) => of)),
    named: !taxes.some(({ label }) => label === 'Tax'),
    net: sheet.totals.some(({ label }) => label === 'Net amount') ? value('Net amount') : null,
    total: value('Total'),
    settled: value('Paid') + value('Credited') + value('Written off'),
    due: value('Amount due'),
  };
}

describe('the figures of a printed invoice', () => {
  it('add up from the lines to the amount due, in every currency', () => {
    holds(
      'printed-figures',
      fc.property(priceable, (given) => {
        const { content, code: currency } = given;
        const sheet = invoiceExample(issueOf(content, currency), { locale: 'en' });
        const found = added(sheet, currency);
        expect(found.lines).toBe(found.subtotal);
        if (found.net !== null) expect(found.net + found.taxes).toBe(found.total);
        if (found.named) expect(found.subtotal + found.discount + found.onTop).toBe(found.total);
        expect(found.total).toBe(pricedOf(given).total.minor);
        expect(found.total + found.settled).toBe(found.due);
      }),
      { numRuns: 100 },
    );
  });

  it('add up after payments, reversals and credit notes, and the table of them says the same', () => {
    holds(
      'printed-payments',
      fc.property(invoiceCommands, (commands) => {
        const { states } = play(commands);
        fc.pre(['open', 'paid', 'uncollectible'].includes(states.at(-1)?.status ?? ''));
        const sheet = invoiceExample(commands, { locale: 'en' });
        const found = added(sheet, 'EUR');
        expect(found.total + found.settled).toBe(found.due);
        const [payments] = sheet.sections.filter(({ title }) => title === 'Payments and credits');
        const rows = payments?.table.rows ?? [];
        const sum = rows.reduce(
          (total, { cells }) => total + BigInt((cells[3] ?? '').replace(/[^\d-]/g, '')),
          0n,
        );
        const writtenOff = sheet.totals.find(({ label }) => label === 'Written off');
        const lost = BigInt((writtenOff?.value ?? '0').replace(/[^\d-]/g, ''));
        expect(sum + lost).toBe(found.settled);
      }),
      { numRuns: 100 },
    );
  });
});

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constantFrom(
    '',
    ' ',
    '\u200f',
    '(\u05d0',
    '\u0301\u0301',
    '\ud800',
    'a\u2028b',
    '\u0e01\u0e33',
    '\u202e1,000.00',
  ),
);

describe('a printer', () => {
  it('never fails, whatever the texts, the language and the figures are', async () => {
    const printer = new PdfkitDocumentPrinter();
    const locales = fc.constantFrom(
      'en',
      'de',
      'ar',
      'he',
      'ja',
      'th',
      'hi',
      'zh-Hant-TW',
      'xx',
      'not a locale',
      '',
    );
    await holdsAsync(
      'printed-texts',
      fc.asyncProperty(priceable, texts, texts, locales, async ({ content, code }, name, text, locale) => {
        const described = content.lines.map((line) => ({ ...line, description: text }));
        const sheet = invoiceExample(issueOf({ ...content, lines: described, memo: text }, code), {
          locale,
          buyer: {
            name,
            email: text,
            address: null,
            taxIds: [{ type: text, value: name }],
            locale: null,
          },
        });
        const [first] = await pagesOf(await printer.print(sheet));
        expect(first?.join(' ')).toContain('INV-2026-000006');
      }),
      { numRuns: Number(process.env['DOCUMENTS'] ?? 10) },
    );
  });
});
