import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Cache } from '../../application/ports/cache.js';
import type { RedisConnection } from './redis-connection.js';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;
const keyOf = (name: string): string => `counterfoil:cache:${name}`;

/**
 * A cache in Redis. Each value is encrypted and bound to its name, with a key that is not in Redis: whoever reads it
 * learns nothing, and what somebody else wrote, or moved from another name, is not found.
 */
export class RedisCache implements Cache {
  readonly #redis: RedisConnection;
  readonly #key: Uint8Array;

  /**
   * @param redis stays the caller's to close
   * @param secret what all processes of a deployment share and nobody else knows
   */
  constructor(redis: RedisConnection, secret: string) {
    this.#redis = redis;
    this.#key = new Uint8Array(hkdfSync('sha256', secret, '', 'counterfoil cache', 32));
  }

  async get(name: string): Promise<string | undefined> {
    const sealed = await this.#redis.ask(
      (redis) => redis.get(keyOf(name)),
      () => null,
    );
    return sealed === null ? undefined : this.#open(name, Buffer.from(sealed, 'base64'));
  }

  async set(name: string, value: string, ttlMs: number): Promise<void> {
    const sealed = this.#seal(name, value).toString('base64');
    await this.#redis.ask(
      async (redis) => void (await redis.set(keyOf(name), sealed, 'PX', ttlMs)),
      () => undefined,
    );
  }

  #seal(name: string, value: string): Buffer {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, this.#key, nonce).setAAD(Buffer.from(name));
    return Buffer.concat([nonce, cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  }

  #open(name: string, sealed: Buffer): string | undefined {
    if (sealed.length < nonceBytes + tagBytes) return undefined;
    const decipher = createDecipheriv(algorithm, this.#key, sealed.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(Buffer.from(name)).setAuthTag(sealed.subarray(-tagBytes));
    try {
      return (
        decipher.update(sealed.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8')
      );
    } catch {
      return undefined;
    }
  }
}
