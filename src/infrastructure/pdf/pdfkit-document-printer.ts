import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
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
