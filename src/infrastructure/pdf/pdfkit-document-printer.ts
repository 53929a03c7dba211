import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Sheet } from '../../application/document/sheet.js';
import type { DocumentPrinter } from '../../application/ports/document-printer.js';

/**
 * Prints by pdfkit, with fonts that are part of this program. They are loaded with the first document: a process that prints
 * none, or has a thread print them, starts without them.
 */
export class PdfkitDocumentPrinter implements DocumentPrinter {
  get edition(): string {
    known ??= editionOf();
    return known;
  }

  async print(sheet: Sheet): Promise<Uint8Array> {
    const { printSheet } = await import('./print-sheet.js');
    return printSheet(sheet);
  }

  async close(): Promise<void> {}
}

let known: string | undefined;

/** Of the files that decide what stands on a document and what it looks like; the build puts it in. Absent where the sources run. */
declare const printingDigest: string | undefined;

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
  const program = typeof printingDigest === 'undefined' ? 'sources' : printingDigest;
  return [`program/${program}`, ...versions, `icu/${icu}`, `zlib/${zlib}`, process.arch].join(' ');
}
