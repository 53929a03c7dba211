import type { Sheet } from '../document/sheet.js';

export interface DocumentPrinter {
  /**
   * Names everything that the bytes depend on beside the sheet: the layout, the libraries and the data of languages that
   * this program runs with. Two printers of the same name print the same sheet to the same bytes, in any process and at any
   * time.
   */
  readonly edition: string;
  /**
   * A PDF. Whatever a text of the sheet holds, it is drawn as letters; no file and no network is touched for it.
   * @throws PrintingFailed
   */
  print(sheet: Sheet): Promise<Uint8Array>;
}

/** A document could not be drawn, or not now. */
export class PrintingFailed extends Error {
  override readonly name = 'PrintingFailed';

  constructor(
    message: string,
    /** Whether the same document may well be printed a moment later. */
    readonly retryable: boolean,
  ) {
    super(message);
  }
}
