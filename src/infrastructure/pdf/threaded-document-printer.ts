import { Worker } from 'node:worker_threads';
import type { Sheet } from '../../application/document/sheet.js';
import type { DocumentPrinter } from '../../application/ports/document-printer.js';
import { PrintingFailed } from '../../application/ports/document-printer.js';
import { PdfkitDocumentPrinter } from './pdfkit-document-printer.js';
import type { PrintReply, PrintRequest } from './print-thread.js';

type Waiting = {
  readonly request: PrintRequest;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: Error) => void;
};

/** More than wait for it at once are told to come again. */
const waitingMax = 64;
/** The largest invoice, 500 lines in a script whose letters change with their neighbours, takes some seconds. */
const printMaxMs = 60_000;

/**
 * Prints in a thread of its own, one document at a time: setting the type of a long table takes a second, for which nothing
 * else in this process must wait. A document that takes too long costs the thread, and the next one gets a new one.
 */
export class ThreadedDocumentPrinter implements DocumentPrinter {
  readonly #own = new PdfkitDocumentPrinter();
  readonly #file: URL;
  readonly #waiting: Waiting[] = [];
  #worker: Worker | null = null;
  #timer: NodeJS.Timeout | undefined;
  #lastId = 0;

  constructor(file: URL) {
    this.#file = file;
  }

  /** The thread runs the same program. */
  get edition(): string {
    return this.#own.edition;
  }

  print(sheet: Sheet): Promise<Uint8Array> {
    if (this.#waiting.length >= waitingMax) {
      return Promise.reject(new PrintingFailed('too many documents wait to be printed', true));
    }
    this.#lastId += 1;
    const request: PrintRequest = { id: this.#lastId, sheet };
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      if (this.#waiting.length === 1) this.#next();
    });
  }

  /** Whatever waits is given up. */
  async close(): Promise<void> {
    await this.#giveUp(new PrintingFailed('this process stops', true), this.#waiting.length);
  }

  #next(): void {
    const [first] = this.#waiting;
    if (first === undefined) {
      this.#worker?.unref();
      return;
    }
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#worker.postMessage(first.request);
    this.#timer = setTimeout(() => {
      void this.#giveUp(new PrintingFailed(`a document took more than ${printMaxMs} ms`, false), 1);
    }, printMaxMs);
  }

  #start(): Worker {
    const worker = new Worker(this.#file);
    worker.on('message', (reply: PrintReply) => this.#done(reply));
    worker.on('error', (error) => void this.#giveUp(new PrintingFailed(error.message, false), 1));
    return worker;
  }

  #done(reply: PrintReply): void {
    const [first] = this.#waiting;
    if (first?.request.id !== reply.id) return;
    clearTimeout(this.#timer);
    this.#waiting.shift();
    if ('failure' in reply) first.reject(new PrintingFailed(reply.failure, false));
    else first.resolve(reply.bytes);
    this.#next();
  }

  /** Ends the thread and the first documents that wait; the others go on in a new one. */
  async #giveUp(error: PrintingFailed, count: number): Promise<void> {
    clearTimeout(this.#timer);
    const worker = this.#worker;
    this.#worker = null;
    for (const { reject } of this.#waiting.splice(0, count)) reject(error);
    this.#next();
    await worker?.terminate();
  }
}
