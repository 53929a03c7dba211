/** Passwords are kept as slow digests whose cost stands beside them. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** Takes as long for null, so that nobody learns from the time whether there is a password. */
  verify(password: string, hash: string | null): Promise<boolean>;
}

/** Encrypts what must be read again, bound to what it belongs to. */
export interface Sealing {
  seal(plain: Buffer, belongsTo: string): Buffer;
  /** @throws Error for what was changed, or sealed for something else or with another key */
  open(sealed: Buffer, belongsTo: string): Buffer;
}

/** One-time codes by the clock (RFC 6238). */
export interface OneTimeCodes {
  newSecret(): Buffer;
  /** What an authenticator app reads: the secret in base32, and as an address. */
  shown(secret: Buffer, account: string): { readonly base32: string; readonly uri: string };
  /** The step of the clock that a code belongs to, with one step of tolerance; undefined for a wrong one. */
  stepOf(secret: Buffer, code: string): bigint | undefined;
}
