import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import PDFDocument from 'pdfkit';
import type { Sheet } from '../../application/document/sheet.js';
import type { DocumentPrinter } from '../../application/ports/document-printer.js';
import { drawSheet } from './draw-sheet.js';
import { forgetGlyphs } from './font-faces.js';
import { createPageFlow, drawFeet } from './page-flow.js';
import { printable } from './printable.js';
import { createTypesetter } from './typesetter.js';

/** Prints by pdfkit, with fonts that are part of this program. */
export class PdfkitDocumentPrinter implements DocumentPrinter {
  get edition(): string {
    known ??= editionOf();
    return known;
  }

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

let known: string | undefined;

/** Where it is decided what stands on a document, in which words, and what it looks like. */
const folders = ['../../application/document', '.'];

/** Of all files of those folders: a program that was changed there prints editions of its own. */
function programDigest(): string {
  const digest = createHash('sha256');
  for (const folder of folders) {
    const root = fileURLToPath(new URL(folder, import.meta.url));
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(js|ts|ttf)$/.test(file))
      .sort();
    for (const file of files) digest.update(`${file}\n`).update(readFileSync(join(root, file)));
  }
  return digest.digest('hex').slice(0, 16);
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
  return [`program/${programDigest()}`, ...versions, `icu/${icu}`, `zlib/${zlib}`, process.arch].join(' ');
}
