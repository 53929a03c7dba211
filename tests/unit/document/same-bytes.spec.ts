import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Sheet } from '../../../src/application/document/sheet.js';
import { PdfkitDocumentPrinter } from '../../../src/infrastructure/pdf/pdfkit-document-printer.js';
import { gallery } from '../../support/printed-examples.js';

const printer = new PdfkitDocumentPrinter();
const names = ['one-page', 'arabic', 'japanese', 'hostile', 'credit-note', 'lines-40'];
const examples = gallery();
const japanese = examples['japanese'];
if (japanese === undefined) throw new TypeError('there is no Japanese example');
/** One glyph stands for both of these slashes; a document that remembers the wrong one is copied wrongly. */
const slashes = ['\uff0f', '\u2215'].map((slash): readonly [string, Sheet] => [
  `slash ${slash}`,
  { ...japanese, intro: `東京${slash}大阪` },
]);
const sheets = [...Object.entries(examples).filter(([name]) => names.includes(name)), ...slashes];

const digestOf = async (sheet: Sheet): Promise<string> =>
  createHash('sha256')
    .update(await printer.print(sheet))
    .digest('hex');

async function digests(of: readonly (readonly [string, Sheet])[]): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const [name, sheet] of of) found[name] = await digestOf(sheet);
  return found;
}

/**
 * Prints in a process that may read this program's files and no other, write none, start nothing, and whose every connection
 * and every look-up of a name is an error.
 */
const program = `
  import { createHash } from 'node:crypto';
  import dns from 'node:dns';
  import { readFileSync } from 'node:fs';
  import net from 'node:net';
  const refuse = () => { throw new Error('the printer reached for the network'); };
  net.Socket.prototype.connect = refuse;
  dns.lookup = refuse;
  globalThis.fetch = refuse;
  const { PdfkitDocumentPrinter } = await import('./dist/parts/document-printer.js');
  const printer = new PdfkitDocumentPrinter();
  const found = {};
  for (const [name, sheet] of JSON.parse(readFileSync(0, 'utf8')).reverse()) {
    found[name] = createHash('sha256').update(await printer.print(sheet)).digest('hex');
  }
  process.stdout.write(JSON.stringify({ edition: printer.edition, found }));
`;

describe('the bytes of a document', () => {
  it('are the same twice, whatever was printed in between', async () => {
    const first = await digests(sheets);
    const again = await digests([...sheets].reverse());
    expect(again).toEqual(first);
    expect(new Set(Object.values(first)).size).toBe(sheets.length);
  });

  it('security 55: are the same in another process, with no network and no file of others', async () => {
    const flags = ['--experimental-permission', `--allow-fs-read=${process.cwd()}/*`, '--no-warnings'];
    // Later versions have the flag without its first word, and ask for the network too.
    const [major = 20] = process.versions.node.split('.').map(Number);
    if (major >= 24) flags[0] = '--permission';
    const out = execFileSync(process.execPath, [...flags, '--input-type=module', '--eval', program], {
      input: JSON.stringify(sheets),
      encoding: 'utf8',
      env: {},
    });
    const { edition, found } = JSON.parse(out) as { edition: string; found: Record<string, string> };
    // The sources and what is built of them are two programs; everything else is the same.
    const [ours, ...others] = edition.split(' ');
    expect(ours).toMatch(/^program\/[0-9a-f]{16}$/);
    expect(['program/sources', ...others].join(' ')).toBe(printer.edition);
    expect(found).toEqual(await digests(sheets));
  });
});
