import { readFileSync } from 'node:fs';
import { create } from 'fontkit';
import PDFDocument from 'pdfkit';
import { plainLook, wordingOf } from '../../src/application/document/document-look.js';
import { invoiceSheet } from '../../src/application/document/invoice-sheet.js';
import { sampleBuyer, sampleInvoice } from '../../src/application/document/sample-invoice.js';
import type { Sheet } from '../../src/application/document/sheet.js';
import { knownZone } from '../../src/application/shared/zones.js';
import { PdfkitDocumentPrinter } from '../../src/infrastructure/pdf/pdfkit-document-printer.js';
import type { Bench } from './bench.js';
import { inTurn, ratePerSecond } from './rounds.js';

const plain = wordingOf(plainLook, 'en');
const page: Sheet = invoiceSheet(plain, {
  invoice: sampleInvoice('EUR'),
  buyer: sampleBuyer,
  plan: null,
  zone: knownZone('UTC'),
});
const manyLines = 400;
const long: Sheet = {
  ...page,
  lines: {
    ...page.lines,
    rows: Array.from({ length: manyLines }, (_, at) => ({
      cells: [`Item ${at + 1}`, `${at % 9}`, `${at}.50`, '20%', `${at * 7}.00`],
      details: [],
    })),
  },
};

const fonts = ['Regular', 'SemiBold'].map((cut) => {
  const file = new URL(`../../src/infrastructure/pdf/fonts/NotoSans-${cut}.ttf`, import.meta.url);
  return create(readFileSync(file));
});

/** Every text of the page, in no order that matters. */
function textsOf({
  heading,
  number,
  seller,
  buyer,
  facts,
  lines,
  totals,
  sections,
}: Sheet): readonly string[] {
  const tables = [lines, ...sections.map(({ table }) => table)];
  return [
    ...[heading, number ?? '', buyer.label, buyer.name ?? '', ...buyer.lines, ...seller.lines],
    ...facts.flatMap(({ label, value }) => [label, value]),
    ...tables.flatMap(({ columns, rows }) => [
      ...columns.map(({ label }) => label),
      ...rows.flatMap(({ cells, details }) => [...cells, ...details.flat()]),
    ]),
    ...totals.flatMap(({ label, value }) => [label, value]),
  ].filter((text) => text !== '');
}

const texts = textsOf(page);

/** The library with the same letters of the same fonts, parsed once: each text drawn where the one before it ended. */
function bare(): Promise<number> {
  return new Promise((resolve, reject) => {
    const pen = new PDFDocument({ size: 'A4', margin: 40, font: '' });
    let bytes = 0;
    pen.on('data', (chunk: Uint8Array) => {
      bytes += chunk.length;
    });
    pen.on('end', () => resolve(bytes));
    pen.on('error', reject);
    for (const [place, font] of fonts.entries()) pen.registerFont(`font ${place}`, font as never);
    for (const [place, text] of texts.entries()) {
      pen
        .font(`font ${place % 5 === 0 ? 1 : 0}`)
        .fontSize(6)
        .text(text, { lineBreak: false });
      pen.text('\n');
    }
    pen.end();
  });
}

/** Documents to print: one page beside the library's own, and four hundred lines. */
export const pdfBench: Bench = {
  name: 'pdf',
  async run({ effort }) {
    const printer = new PdfkitDocumentPrinter();
    const perSecond = (once: () => Promise<unknown>) => () =>
      ratePerSecond(1, effort.roundMs / 2, async () => {
        await once();
      });
    const [floor, product] = [perSecond(bare), perSecond(() => printer.print(page))];
    for (const warmUp of [floor, product]) await warmUp();
    const rates = await inTurn(effort, floor, product);
    const sizes = { floor: [await bare()], product: [(await printer.print(page)).length] };
    const startedAt = performance.now();
    const bytes = (await printer.print(long)).length;
    const longMs = Math.round(performance.now() - startedAt);
    const floorName = 'the same texts in the same fonts by the bare library, one below the other';
    return {
      figures: [
        {
          ...{ path: 'PDF of an invoice of one page', unit: 'documents/s', floorName, ...rates },
          target: { kind: 'at_least', ratio: 0.5 },
        },
        {
          ...{ path: 'bytes of that PDF', unit: 'bytes', floorName, ...sizes },
          target: { kind: 'at_most', ratio: 1.5 },
        },
      ],
      notes: [`An invoice of ${manyLines} lines takes ${longMs} ms and ${bytes} bytes, once.`],
    };
  },
};
