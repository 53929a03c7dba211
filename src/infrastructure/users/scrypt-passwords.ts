import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { Passwords } from '../../application/ports/secrets.js';

/** OWASP's choice for scrypt: 128 MiB and about a third of a second for each try. */
const usual = { log2N: 17, r: 8, p: 1 };
export type ScryptCost = typeof usual;

const keyBytes = 32;
const pattern = /^scrypt\$(\d{1,2}),(\d{1,2}),(\d{1,2})\$([\w-]{22})\$([\w-]{43})$/;
/** Each holds its memory while it runs. */
const atOnceMax = 2;
/** Some ten seconds of work: who comes later is better off coming again. */
const waitingMax = 60;

/** Nothing was hashed, because too many wait for it. */
class Overloaded extends Error {
  override readonly name = 'Overloaded';
}

/** scrypt of Node's own; the cost stands in each digest, so that it can be raised without making anybody's void. */
export class ScryptPasswords implements Passwords {
  readonly #cost: ScryptCost;
  readonly #turns: (() => void)[] = [];
  #underWay = 0;

  constructor(cost: ScryptCost = usual) {
    this.#cost = cost;
  }

  async hash(password: string): Promise<string> {
    const salt = randomBytes(16);
    const key = await this.#derive(password, salt, this.#cost);
    const { log2N, r, p } = this.#cost;
    return `scrypt$${log2N},${r},${p}$${salt.toString('base64url')}$${key.toString('base64url')}`;
  }

  async verify(password: string, hash: string | null): Promise<boolean> {
    const [, log2N, r, p, salt = '', key = ''] = pattern.exec(hash ?? '') ?? [];
    if (log2N === undefined) {
      await this.#derive(password, randomBytes(16), this.#cost);
      return false;
    }
    const cost = { log2N: Number(log2N), r: Number(r), p: Number(p) };
    const derived = await this.#derive(password, Buffer.from(salt, 'base64url'), cost);
    return timingSafeEqual(derived, Buffer.from(key, 'base64url'));
  }

  /** The same text in another composition of Unicode is the same password. */
  async #derive(password: string, salt: Buffer, { log2N, r, p }: ScryptCost): Promise<Buffer> {
    if (this.#underWay < atOnceMax) this.#underWay += 1;
    else if (this.#turns.length < waitingMax) await new Promise<void>((resolve) => this.#turns.push(resolve));
    else throw new Overloaded(`${waitingMax} passwords wait to be hashed`);
    try {
      const N = 2 ** log2N;
      const options = { N, r, p, maxmem: 256 * N * r };
      return await new Promise((resolve, reject) => {
        scrypt(password.normalize('NFKC'), salt, keyBytes, options, (error, key) =>
          error === null ? resolve(key) : reject(error),
        );
      });
    } finally {
      const next = this.#turns.shift();
      if (next === undefined) this.#underWay -= 1;
      else next();
    }
  }
}
