import type { Pool } from 'pg';
import type { Rendering, Renderings } from '../../application/ports/renderings.js';

/** Digests of issued documents, in a table of their own. */
export class PostgresRenderings implements Renderings {
  readonly #pool: Pool;

  /** @param pool stays the caller's to close */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async keep({ document, edition, sha256, bytes, renderedAt }: Rendering): Promise<string> {
    const known = await this.#find(document, edition);
    if (known !== undefined) return known;
    await this.#pool.query(
      `insert into counterfoil.document_renderings (document, edition, sha256, bytes, rendered_at)
       values ($1, $2, $3, $4, $5) on conflict (document, edition) do nothing`,
      [document, edition, sha256, bytes, renderedAt],
    );
    return (await this.#find(document, edition)) ?? sha256;
  }

  async #find(document: string, edition: string): Promise<string | undefined> {
    const { rows } = await this.#pool.query<{ sha256: string }>(
      'select sha256 from counterfoil.document_renderings where document = $1 and edition = $2',
      [document, edition],
    );
    return rows[0]?.sha256;
  }
}
