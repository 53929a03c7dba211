import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import PDFDocument from 'pdfkit';
import type { Sheet } from '../../application/document/sheet.js';
import type { DocumentPrinter } from '../../application/ports/document-printer.js';
import { drawSheet } from './draw-sheet.js';
import { forgetGlyphs } from './font-faces.js';
import { createPageFlow, drawFeet } from './page-flow.js';
import { printable } from './printable.js';
import { createTypesetter } from './typesetter.js';

/** Raised with every change of the layout that shows. */
const layout = 1;

/** Prints by pdfkit, with fonts that are part of this program. */
export class PdfkitDocumentPrinter implements DocumentPrinter {
  readonly edition = editionOf();

  async print(sheet: Sheet): Promise<Uint8Array> {
    // From here to its end nothing is awaited, so that no other document comes between.
    forgetGlyphs();
    const pen = new PDFDocument({
      autoFirstPage: false,
      bufferPages: true,
      font: '',
      lang: sheet.locale,
      displayTitle: true,
      pdfVersion: '1.7',
      info: {
        Title: printable([sheet.heading, sheet.number ?? ''].join(' ').trim()),
        ...(sheet.seller.name === null ? {} : { Author: printable(sheet.seller.name) }),
        Creator: 'Counterfoil',
        Producer: 'Counterfoil',
        CreationDate: new Date(sheet.madeAt),
      },
    });
    const written = bytesOf(pen);
    const flow = createPageFlow(pen, sheet, createTypesetter(pen, sheet.locale));
    drawSheet(flow);
    drawFeet(flow);
    pen.end();
    return written;
  }

  async close(): Promise<void> {}
}

function bytesOf(pen: NodeJS.ReadableStream): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    pen.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    pen.on('end', () => resolve(Buffer.concat(chunks)));
    pen.on('error', reject);
  });
}

/** The packages that decide where a letter stands and how it is written down. */
const packages = ['pdfkit', 'fontkit', 'linebreak', 'bidi-js'];

function editionOf(): string {
  const require = createRequire(import.meta.url);
  const versions = packages.map((name) => {
    const manifest = new URL('../package.json', pathToFileURL(require.resolve(name)));
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string };
    return `${name}/${version}`;
  });
  const { icu, zlib } = process.versions;
  // Dates and amounts are written by ICU; zlib packs differently on other processors.
  return [`layout/${layout}`, ...versions, `icu/${icu}`, `zlib/${zlib}`, process.arch].join(' ');
}
