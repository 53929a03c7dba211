import PDFDocument from 'pdfkit';
import type { Sheet } from '../../application/document/sheet.js';
import { drawSheet } from './draw-sheet.js';
import { forgetGlyphs } from './font-faces.js';
import { createPageFlow, drawFeet } from './page-flow.js';
import { printable } from './printable.js';
import { createTypesetter } from './typesetter.js';

/** The bytes of one document. */
export function printSheet(sheet: Sheet): Promise<Uint8Array> {
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

function bytesOf(pen: NodeJS.ReadableStream): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    pen.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    pen.on('end', () => resolve(Buffer.concat(chunks)));
    pen.on('error', reject);
  });
}
