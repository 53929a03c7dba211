import { closeSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from './json.js';
import { isJsonObject } from './json.js';

const CHUNK_BYTES = 1 << 20;
const NEWLINE = 0x0a;

/** Thrown when a line in the middle of the journal cannot be read: money is not guessed at. */
class CorruptJournal extends Error {
  constructor(path: string, line: number) {
    super(`${path}: line ${line} is not a journal entry`);
    this.name = 'CorruptJournal';
  }
}

/**
 * An append-only file of JSON lines. One line is one atomic step of the simulator. Lines reach the operating
 * system before an answer leaves, so they survive the death of the process, though not of the machine.
 */
export class Journal {
  readonly #fd: number;
  readonly #path: string;

  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true });
    this.#path = join(dataDir, 'stripe-simulator.jsonl');
    // "a+" positions every write at the end, whatever was read before.
    this.#fd = openSync(this.#path, 'a+');
  }

  /** Gives every complete line to `apply`, oldest first, and cuts off a torn last line. */
  replay(apply: (entry: JsonObject) => void): void {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    let carried: Buffer = Buffer.alloc(0);
    let position = 0;
    let kept = 0;
    let line = 0;
    for (;;) {
      const count = readSync(this.#fd, buffer, 0, CHUNK_BYTES, position);
      if (count === 0) break;
      position += count;
      const data = Buffer.concat([carried, buffer.subarray(0, count)]);
      let start = 0;
      for (let end = data.indexOf(NEWLINE); end !== -1; end = data.indexOf(NEWLINE, start)) {
        line += 1;
        apply(this.#decode(data.toString('utf8', start, end), line));
        kept += end + 1 - start;
        start = end + 1;
      }
      carried = Buffer.from(data.subarray(start));
    }
    if (carried.length > 0) ftruncateSync(this.#fd, kept);
  }

  /** Writes one line. The write is handed to the operating system before this returns. */
  append(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    let written = 0;
    while (written < bytes.length) written += writeSync(this.#fd, bytes, written);
  }

  /** Forgets everything. */
  truncate(): void {
    ftruncateSync(this.#fd, 0);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #decode(text: string, line: number): JsonObject {
    let entry: unknown;
    try {
      entry = JSON.parse(text);
    } catch {
      throw new CorruptJournal(this.#path, line);
    }
    if (!isJsonObject(entry)) throw new CorruptJournal(this.#path, line);
    return entry;
  }
}
