import { createHash, randomBytes, randomInt } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const POOL_SIZE = 4096;

/** Mints Stripe-like identifiers: a prefix and a suffix of letters and digits. */
export class IdSource {
  readonly #seed: string | null;
  #issued = 0;
  #pool = Buffer.alloc(0);
  #poolOffset = 0;

  /** With a seed the sequence of identifiers is the same in every run; without one it is random. */
  constructor(seed: string | null) {
    this.#seed = seed;
  }

  /** Whether the sequence is the same in every run. */
  get seeded(): boolean {
    return this.#seed !== null;
  }

  /** How many suffixes were issued; journaled so that a seeded sequence goes on after a restart. */
  get issued(): number {
    return this.#issued;
  }

  /** Continues a seeded sequence where a previous process left it. */
  resumeAt(issued: number): void {
    this.#issued = issued;
  }

  /** Returns `prefix` followed by `length` characters that nobody can guess (unless seeded). */
  mint(prefix: string, length = 24): string {
    this.#issued += 1;
    return prefix + (this.#seed === null ? this.#random(length) : seeded(this.#seed, this.#issued, length));
  }

  /** The items in an order drawn from the same source of chance. */
  shuffled<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let index = result.length - 1; index > 0; index -= 1) {
      const other = this.#below(index + 1);
      const [a, b] = [result[index], result[other]];
      if (a === undefined || b === undefined) continue;
      result[index] = b;
      result[other] = a;
    }
    return result;
  }

  #below(bound: number): number {
    if (this.#seed === null) return randomInt(bound);
    this.#issued += 1;
    const digest = createHash('sha256').update(`${this.#seed}:draw:${this.#issued}`).digest();
    return digest.readUInt32BE(0) % bound;
  }

  #random(length: number): string {
    let text = '';
    while (text.length < length) {
      if (this.#poolOffset >= this.#pool.length) {
        this.#pool = randomBytes(POOL_SIZE);
        this.#poolOffset = 0;
      }
      const byte = (this.#pool[this.#poolOffset] ?? 0) & 63;
      this.#poolOffset += 1;
      // Two of the 64 values have no letter; skipping them keeps the letters equally likely.
      if (byte < ALPHABET.length) text += ALPHABET[byte];
    }
    return text;
  }
}

function seeded(seed: string, counter: number, length: number): string {
  const digest = createHash('sha512').update(`${seed}:${counter}`).digest();
  let text = '';
  for (let index = 0; index < length; index += 1) {
    text += ALPHABET[(digest[index % digest.length] ?? 0) % ALPHABET.length];
  }
  return text;
}

/** A short stable text derived from another, for fingerprints and endpoint ids. */
export function derivedText(source: string, length: number): string {
  return seeded(source, 0, length);
}
