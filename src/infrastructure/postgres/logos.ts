import type { Pool } from 'pg';
import type { Picture } from '../../application/document/sheet.js';
import type { Logos } from '../../application/ports/logos.js';
import type { Logo } from '../../domain/branding/content.js';

type Row = {
  readonly media_type: Logo['mediaType'];
  readonly width: number;
  readonly height: number;
  readonly bytes: Buffer;
};

export class PostgresLogos implements Logos {
  readonly #pool: Pool;

  /** @param pool stays the caller's to close */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async keep({ sha256, mediaType, width, height, bytes }: Picture): Promise<void> {
    await this.#pool.query(
      `insert into counterfoil.logos (sha256, media_type, width, height, bytes) values ($1, $2, $3, $4, $5)
       on conflict (sha256) do nothing`,
      [sha256, mediaType, width, height, Buffer.from(bytes)],
    );
  }

  async find(sha256: string): Promise<Picture | undefined> {
    const { rows } = await this.#pool.query<Row>(
      'select media_type, width, height, bytes from counterfoil.logos where sha256 = $1',
      [sha256],
    );
    const [row] = rows;
    if (row === undefined) return undefined;
    const { media_type: mediaType, width, height, bytes } = row;
    return { sha256, mediaType, width, height, bytes };
  }
}
