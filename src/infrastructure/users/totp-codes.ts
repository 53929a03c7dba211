import { Secret, TOTP } from 'otpauth';
import type { OneTimeCodes } from '../../application/ports/secrets.js';

const periodSeconds = 30;
/** A clock that is one step off is a clock that is nearly right. */
const window = 1;

/** Time-based codes as authenticator apps make them: SHA-1, six digits, thirty seconds. */
export class TotpCodes implements OneTimeCodes {
  readonly #issuer: string;
  readonly #now: () => number;

  /** @param now milliseconds since 1970, by the machine's clock */
  constructor(issuer: string, now: () => number = Date.now) {
    this.#issuer = issuer;
    this.#now = now;
  }

  /** 160 bits, as RFC 4226 recommends. */
  newSecret(): Buffer {
    return Buffer.from(new Secret({ size: 20 }).bytes);
  }

  shown(secret: Buffer, account: string) {
    const totp = this.#totp(secret, account);
    return { base32: totp.secret.base32, uri: totp.toString() };
  }

  stepOf(secret: Buffer, code: string): bigint | undefined {
    if (!/^\d{6}$/.test(code)) return undefined;
    const timestamp = this.#now();
    const delta = this.#totp(secret, '').validate({ token: code, timestamp, window });
    return delta === null ? undefined : BigInt(TOTP.counter({ period: periodSeconds, timestamp }) + delta);
  }

  #totp(secret: Buffer, label: string): TOTP {
    const bytes = new Uint8Array(secret).buffer;
    return new TOTP({
      issuer: this.#issuer,
      label,
      secret: new Secret({ buffer: bytes }),
      period: periodSeconds,
    });
  }
}
