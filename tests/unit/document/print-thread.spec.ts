import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Sheet } from '../../../src/application/document/sheet.js';
import { PdfkitDocumentPrinter } from '../../../src/infrastructure/pdf/pdfkit-document-printer.js';
import { ThreadedDocumentPrinter } from '../../../src/infrastructure/pdf/threaded-document-printer.js';
import { gallery } from '../../support/printed-examples.js';

const { 'one-page': example } = gallery();
if (example === undefined) throw new TypeError('there is no example');
const sheet: Sheet = example;
const file = pathToFileURL(resolve('dist/print-thread.js'));

let printer: ThreadedDocumentPrinter;
afterEach(() => printer.close());

describe('a thread that prints', () => {
  it('prints the same bytes, in the order in which it was asked, while others go on', async () => {
    printer = new ThreadedDocumentPrinter(file);
    const order: string[] = [];
    const asked = ['first', 'second'].map(async (name) => {
      const bytes = await printer.print(sheet);
      order.push(name);
      return bytes;
    });
    const [first, second] = await Promise.all(asked);
    const here = await new PdfkitDocumentPrinter().print(sheet);
    expect(order).toEqual(['first', 'second']);
    expect([first, second].map((bytes) => Buffer.from(bytes ?? []).equals(here))).toEqual([true, true]);
  });

  it('says what failed, and goes on with the next document', async () => {
    printer = new ThreadedDocumentPrinter(file);
    const broken = printer.print({ ...sheet, paper: 'A9' as never });
    const next = printer.print(sheet);
    await expect(broken).rejects.toMatchObject({ name: 'PrintingFailed', retryable: false });
    expect((await next).length).toBeGreaterThan(1_000);
  });

  it('takes so many documents and no more, and gives up those that wait when it is closed', async () => {
    printer = new ThreadedDocumentPrinter(file);
    const waiting = Array.from({ length: 64 }, () => printer.print(sheet));
    const settled = Promise.allSettled(waiting);
    await expect(printer.print(sheet)).rejects.toMatchObject({ retryable: true });
    await printer.close();
    expect((await settled).some(({ status }) => status === 'rejected')).toBe(true);
  });

  it('that cannot start fails the document that it was started for', async () => {
    printer = new ThreadedDocumentPrinter(pathToFileURL(resolve('dist/no-such-thread.js')));
    await expect(printer.print(sheet)).rejects.toMatchObject({ name: 'PrintingFailed' });
  });
});
