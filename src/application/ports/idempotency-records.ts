/** One client request that must have its effect once, however often it is sent. */
export type RequestIdentity = {
  /** The API key's id: keys of two callers never meet. */
  readonly caller: string;
  readonly method: string;
  readonly path: string;
  /** The client's Idempotency-Key, 1 to 255 printable characters. */
  readonly key: string;
  /** SHA-256 of the canonical body, in hex. */
  readonly fingerprint: string;
};

export type SavedAnswer = {
  readonly status: number;
  readonly contentType: string;
  /** The body as it was sent, byte for byte. */
  readonly body: string;
  readonly etag: string | null;
};

export type Claim =
  /** Execute now under `commandId` (a UUIDv7, the same for every later execution of this request). */
  | {
      readonly outcome: 'execute';
      readonly commandId: string;
      /** Names this claim: once its lease has passed to another one, it can answer and abandon nothing more. */
      readonly token: string;
    }
  | { readonly outcome: 'replay'; readonly answer: SavedAnswer }
  | { readonly outcome: 'in_progress'; readonly retryAfterMs: number }
  /** The key was used for another body. */
  | { readonly outcome: 'reused' };

/**
 * The durable memory of client requests, kept for 30 days. A request that was claimed and never answered - its process
 * died - can be claimed again once its lease is over, under the same command id, so that it cannot take effect twice.
 */
export interface IdempotencyRecords {
  /** Durable before it answers `execute`. Of many concurrent claims of one request, one executes. */
  claim(request: RequestIdentity, leaseMs: number): Promise<Claim>;
  /**
   * Keeps the answer for every repeat; changes nothing when the claim of that token is no longer the present one. Resolves when
   * the answer will be kept though this process be killed; a claim may come to see it a moment later.
   */
  complete(request: RequestIdentity, token: string, answer: SavedAnswer): Promise<void>;
  /** Gives the claim up, for answers that are not kept (nothing began): the same key may be used again at once. */
  abandon(request: RequestIdentity, token: string): Promise<void>;
}
