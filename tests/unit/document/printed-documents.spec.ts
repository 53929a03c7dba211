import { beforeAll, describe, expect, it } from '@jest/globals';
import { languages } from '../../../src/application/document/labels.js';
import type { Sheet } from '../../../src/application/document/sheet.js';
import { PdfkitDocumentPrinter } from '../../../src/infrastructure/pdf/pdfkit-document-printer.js';
import { pagesOf } from '../../support/pdf-text.js';
import { documentsIn, gallery } from '../../support/printed-examples.js';

const printer = new PdfkitDocumentPrinter();
const sheets = gallery();

function sheetOf(name: string): Sheet {
  const sheet = sheets[name];
  if (sheet === undefined) throw new TypeError(`there is no example ${name}`);
  return sheet;
}

const pages = async (name: string) => pagesOf(await printer.print(sheetOf(name)));
const lines = async (name: string) => (await pages(name)).flat();

describe('a printed invoice', () => {
  it('says who owes whom, for what, until when, and how much', async () => {
    expect(await lines('one-page')).toEqual([
      'Atelier Lumière SAS Invoice',
      'INV-2026-000006',
      'Billed to',
      'Northwind Analytics Ltd',
      '221B Baker Street',
      'Second floor',
      'NW1 6XE London',
      'United Kingdom',
      'accounts@northwind.example',
      'Tax ID GB123456789',
      'From',
      'Atelier Lumière SAS',
      '14 rue des Récollets',
      '75010 Paris',
      'France',
      'Tax ID FR 32 123456789',
      'billing@atelier-lumiere.example',
      '+33 1 23 45 67 89',
      'Date of issue 1 November 2026',
      'Due date 1 December 2026',
      'Currency EUR',
      '€1,951.01 due 1 December 2026',
      'Description Quantity Unit price Tax Amount',
      'Design of the new onboarding, three rounds of review 12.5 95.00 20% 1,068.75',
      'Discount 10%: -118.75',
      'Messages sent 20% 488.00',
      '1 October 2026 – 31 October 2026',
      '1 to 10,000 messages 10,000 0.0125',
      '10,001 to 48,210 messages 38,210 0.009500125',
      'Printed handbook, cloth binding 3 42.00 5.5% 126.00',
      'Subtotal 1,682.75',
      'Discount 2.5% -42.07',
      'Net amount 1,640.68',
      'VAT 20% on 1,517.83 303.57',
      'VAT 5.5% on 122.85 6.76',
      'Total €1,951.01',
      'Amount due €1,951.01',
      'Thank you for the good work together. Please name the invoice number with your payment.',
      'Page 1 of 1Atelier Lumière SAS · capital 50 000 € · RCS Paris 123 456 789',
      'IBAN FR76 3000 6000 0112 3456 7890 189 · BIC AGRIFRPP',
    ]);
  });

  it('shows payments and credit notes, each with its date and number, and what they leave', async () => {
    expect((await lines('paid')).slice(33, 47)).toEqual([
      'VAT 20% on 1,517.83 303.57',
      'VAT 5.5% on 122.85 6.76',
      'Total €1,951.01',
      'Paid -700.00',
      'Credited -129.61',
      'Amount due €1,121.40',
      'Payments and credits',
      'Date How Reference Amount',
      '1 November 2026 Card pay_0193f1a0-0000-7000-8000-000000000001 -500.00',
      '1 November 2026 Card pay_0193f1a0-0000-7000-8000-000000000002 -200.00',
      '1 November 2026 Credit note CN-2026-000001 -129.61',
      'Thank you for the good work together. Please name the invoice number with your payment.',
      'Page 1 of 1Atelier Lumière SAS · capital 50 000 € · RCS Paris 123 456 789',
      'IBAN FR76 3000 6000 0112 3456 7890 189 · BIC AGRIFRPP',
    ]);
  });

  it('shows the parts of a payment plan', async () => {
    expect(await lines('installments')).toEqual(
      expect.arrayContaining([
        'Payment plan',
        'Part Due date Amount Paid Open',
        '1 1 December 2026 666.67 0.00 666.67',
        '3 1 February 2027 666.66 0.00 666.66',
      ]),
    );
  });

  it('shows how much of each part is tax, where that falls due with it', async () => {
    expect(await lines('taxed-as-paid')).toEqual(
      expect.arrayContaining([
        'Part Due date Amount Tax Paid Open',
        '1 1 December 2026 650.34 103.44 0.00 650.34',
        '2 1 January 2027 650.34 103.45 0.00 650.34',
        '3 1 February 2027 650.33 103.44 0.00 650.33',
      ]),
    );
  });

  it.each([
    ['draft', 'Draft', 'Invoice'],
    ['void', 'Void', 'INV-2026-000006'],
    ['uncollectible', 'Uncollectible', 'INV-2026-000006'],
  ])('is marked when it is %s', async (name, mark, named) => {
    const text = await lines(name);
    // Once below the heading and once across the page.
    expect(text.filter((line) => line.split(/\s/).includes(mark)).length).toBeGreaterThanOrEqual(2);
    expect(text.some((line) => line.includes(named))).toBe(true);
    const printsNumber = text.some((line) => line.includes('INV-2026-000006'));
    expect(printsNumber).toBe(name !== 'draft');
  });

  it('has the columns, blocks and words that its template asks for', async () => {
    expect(await lines('all-columns')).toEqual(
      expect.arrayContaining([
        'We thank you for your order and invoice as agreed:',
        '# Description Quantity Unit price Discount Tax Amount',
        '1 Design of the new onboarding, three rounds of review 12.5 95.00 -118.75 20% 1,068.75',
        'Tax Where Rate Taxable amount Amount',
        'VAT FR 20% 1,517.83 303.57',
        'Kept according to the law for ten years.',
      ]),
    );
  });

  it('says of tax that the prices hold already what it was taken of', async () => {
    expect(await lines('inclusive')).toEqual(
      expect.arrayContaining([
        'Subtotal 106.00',
        'Net amount 93.94',
        'VAT 10% on 67.27 (included in the prices) 6.73',
        'Total €106.00',
      ]),
    );
  });

  it('has a table of its taxes where there are many', async () => {
    const text = await lines('many-rates');
    expect(text).toEqual(expect.arrayContaining(['Tax 50.75', 'County tax 7 US-CA-6 10.25% 100.00 10.25']));
  });

  it('shows what credit, a card and a cheque brought, and what of it went back', async () => {
    expect(await lines('every-tender')).toEqual(
      expect.arrayContaining([
        'Paid -900.00',
        'Amount due €1,051.01',
        '1 November 2026 Credit balance hold_0193f1a0-0000-7000-8000-000000000001 -300.00',
        '1 November 2026 Card pay_0193f1a0-0000-7000-8000-000000000002 -400.00',
        '100.00 of it went back',
        '1 November 2026 Bank transfer, cheque or cash mp_0193f1a0-0000-7000-8000-000000000003 -200.00',
      ]),
    );
  });

  it('breaks no word and no date of what stands at its top, in any language that is written with spaces', async () => {
    const plain = (text: string): string => text.replaceAll(/\s+/g, ' ');
    const broken: string[] = [];
    for (const [language, labels] of Object.entries(languages)) {
      if (!/^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\s]+$/u.test(labels.issued_on)) continue;
      for (const sheet of documentsIn(language)) {
        const text = (await pagesOf(await printer.print(sheet))).flat().map(plain);
        const words = text.flatMap((line) => line.split(' '));
        const wanted = sheet.facts.flatMap(({ label }) => label.split(' '));
        const dates = sheet.facts.map(({ value }) => plain(value)).filter((value) => /\d{4}/.test(value));
        const isBroken = (date: string) => !text.some((line) => line.includes(date));
        broken.push(...dates.filter(isBroken).map((date) => `${language}: ${date}`));
        broken.push(...wanted.filter((word) => !words.includes(word)).map((word) => `${language}: ${word}`));
      }
    }
    expect(broken).toEqual([]);
  });

  it('is written the way of its reader', async () => {
    const german = await lines('german');
    expect(german.some((line) => line.startsWith('€ 1.951,01'))).toBe(true);
    expect(german.some((line) => line.includes('1. Dezember 2026'))).toBe(true);
  });
});

describe('a printed credit note that takes another one back', () => {
  it('names it, and shows its amounts below zero', async () => {
    const text = await lines('credit-note-taken-back');
    expect(text).toContain('Corrects invoice INV-2026-000006');
    expect(text).toContain('Credit note CN-2026-000001');
    expect(text).toContain('Total credited -€1,200.01');
  });
});

describe('a printed credit note', () => {
  it('names the invoice that it corrects, and what it takes back', async () => {
    const text = await lines('credit-note');
    expect(text.slice(0, 2)).toEqual(['Atelier Lumière SAS Credit note', 'CN-2026-000001']);
    expect(text).toEqual(
      expect.arrayContaining([
        'Corrects invoice INV-2026-000006',
        'Reason Returned',
        '€129.61 Total credited',
        '# Description Tax Amount',
        '3 Printed handbook, cloth binding 5.5% 122.85',
        'Net amount 122.85',
        'VAT 5.5% 6.76',
        'Total credited €129.61',
      ]),
    );
  });
});

describe('a printed receipt', () => {
  it('says what was paid for what, what of it went back and when, and what that leaves', async () => {
    const text = await lines('receipt');
    expect(text[0]).toBe('Atelier Lumière SAS Receipt');
    for (const line of [
      'pay_0193f1a0-0000-7000-8000-000000000001',
      'Date 1 November 2026',
      'Invoice INV-2026-000006 50.00',
      'Refunded, 1 November 2026 -12.34',
      'Total US$37.66',
    ]) {
      expect(text).toContain(line);
    }
  });
});

describe('a long table', () => {
  let text: readonly (readonly string[])[];
  beforeAll(async () => {
    text = await pages('lines-400');
  });

  it('has its head on every page, and every line once and in order', () => {
    const heads = text.map((page) => page.filter((line) => line.startsWith('Description Quantity')).length);
    expect(heads).toEqual(text.map(() => 1));
    const found = text.flat().flatMap((line) => /^Item (\d+):/.exec(line)?.[1] ?? []);
    expect(found).toEqual(Array.from({ length: 400 }, (_, at) => String(at + 1)));
  });

  it('counts its pages, names the document on each, and ends with the totals', () => {
    const count = text.length;
    expect(
      text.map((page) => page.findLast((line) => line.startsWith('Page '))?.split('Atelier')[0]),
    ).toEqual(text.map((_, at) => `Page ${at + 1} of ${count}`));
    expect(text.slice(1).every((page) => page[0] === 'Atelier Lumière SAS Invoice INV-2026-000006')).toBe(
      true,
    );
    const last = text.at(-1) ?? [];
    expect(last.some((line) => line.startsWith('Amount due'))).toBe(true);
    expect(last.some((line) => line.startsWith('Item 400'))).toBe(true);
  });
});

describe('letters of all scripts', () => {
  it.each([
    ['greek', ['Αιγαίο Εμπορική Α.Ε.', 'Συμβουλευτικές υπηρεσίες']],
    ['russian', ['ООО «Северный ветер»', 'Консультационные услуги']],
    ['japanese', ['株式会社山田商事', 'コンサルティング業務（第一期）', '2026年11月1日', '￥4,260']],
    ['chinese', ['北京远景科技有限公司', '咨询服务（第一阶段）']],
    ['korean', ['한빛 주식회사', '컨설팅 서비스 (1단계)']],
    ['hebrew', ['חברת הגליל בע״מ', 'ייעוץ עסקי', 'חיפה']],
    ['arabic', ['النيل للتجارة', 'القاهرة', '٤٬٢٥٩٫٠٢٥']],
    ['thai', ['ถนนสุขุมวิท 21', 'ค่าลิขสิทธิ์ซอฟต์แวร์รายปี']],
    ['hindi', ['महात्मा', 'परामश']],
  ])('are drawn: %s', async (name, texts) => {
    const text = (await lines(name)).join('\n');
    for (const part of texts) expect(text).toContain(part);
    expect(text).not.toContain('\ufffd');
  });

  it('that no font has are seen to be missing', async () => {
    const text = (await lines('hostile')).join('\n');
    expect(text).toContain('bell \ufffd nul \ufffd lone \ufffd emoji \ufffd tag \ufffd plane-3 \ufffd');
  });
});

describe('figures', () => {
  it.each([
    ['yen', ['1,235', '3,704', '¥4,260', '1,234.5']],
    ['dinar', ['1,234.500', '3,703.500', '4,259.025']],
    ['wide-figures', ['999,999,999.999999999999', '0.000000000123', '8,768,250,000,005.98']],
  ])('of %s are exact', async (name, texts) => {
    const text = (await lines(name)).join('\n').replaceAll('JP¥', '¥');
    for (const part of texts) expect(text).toContain(part);
  });
});

describe('hostile text', () => {
  it('security 55: is drawn as letters, and makes nothing in the file that could be followed or run', async () => {
    const bytes = await printer.print(sheetOf('hostile'));
    const text = (await pagesOf(bytes)).flat().join('\n');
    expect(text).toContain('<script>alert(1)</script> <img src=http://169.254.169.254/> file:///etc/passwd');
    expect(text).toContain('"><svg onload=alert(1)>');
    const raw = Buffer.from(bytes).toString('latin1');
    expect(raw).not.toMatch(
      /\/(URI|JavaScript|JS|Launch|EmbeddedFile|OpenAction|AA|GoToR|SubmitForm|Annots)\b/,
    );
    expect(raw.match(/%PDF-/g)).toHaveLength(1);
  });

  it('security 55: cannot turn figures around', async () => {
    const text = (await lines('hostile')).join('\n');
    expect(text).toContain('rlo 1,000.00 zalgo');
  });

  it('of any length is broken into lines, within the page', async () => {
    const text = await pages('long-names');
    expect(text.length).toBeLessThanOrEqual(3);
    expect(text.flat().join('')).toContain('Very Very Very');
  });
});
