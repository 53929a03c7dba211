import type { Instant } from '../../domain/shared/instant.js';

export type Rendering = {
  /** The id of the invoice or credit note. */
  readonly document: string;
  /** Names everything that its bytes depend on. */
  readonly edition: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly renderedAt: Instant;
};

/** What issued documents looked like, by the digest of their bytes. */
export interface Renderings {
  /** Keeps the digest of an edition unless it has one; answers the one that counts, durably. */
  keep(rendering: Rendering): Promise<string>;
}
