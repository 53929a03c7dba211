import type { Pool, QueryResultRow } from 'pg';
import type { CreatedRange, Page, PageRequest } from '../../application/ports/read-models.js';
import { UnknownCursor } from '../../application/ports/read-models.js';

/** Collects conditions and their parameters; only those that were asked for are in the text, for the indexes' sake. */
export class Conditions {
  readonly #conditions: string[] = [];
  readonly #values: unknown[] = [];

  /** `$` in the text stands for the value. */
  add(text: string, value: unknown): this {
    if (value === null) return this;
    this.#values.push(value);
    this.#conditions.push(text.replaceAll('$', `$${this.#values.length}`));
    return this;
  }

  /** For the indexes of some of the rows, whose words a value would hide. */
  addIf(applies: boolean, text: string): this {
    if (applies) this.#conditions.push(text);
    return this;
  }

  /** Holds where one of them does; each `$` stands for one value, in order. */
  addEither(alternatives: readonly { readonly text: string; readonly values: readonly unknown[] }[]): this {
    const texts = alternatives.map(({ text, values }) => {
      let used = this.#values.length;
      this.#values.push(...values);
      return text.replaceAll('$', () => {
        used += 1;
        return `$${used}`;
      });
    });
    this.#conditions.push(`(${texts.join(' or ')})`);
    return this;
  }

  addCreated(range: CreatedRange): this {
    return this.add('created_at >= $', range.createdGte)
      .add('created_at > $', range.createdGt)
      .add('created_at <= $', range.createdLte)
      .add('created_at < $', range.createdLt);
  }

  get where(): string {
    return this.#conditions.length === 0 ? '' : `where ${this.#conditions.join(' and ')}`;
  }

  get values(): unknown[] {
    return this.#values;
  }
}

/**
 * One page of a list, newest first. `order` are the columns that order it, unique together; `cursor` is a row
 * expression of the same columns for the id `$`.
 * @throws UnknownCursor
 */
export async function keysetPage<Row extends QueryResultRow>(
  pool: Pool,
  list: {
    readonly select: string;
    readonly order: readonly string[];
    readonly cursor: string;
    readonly conditions: Conditions;
    readonly page: PageRequest;
  },
): Promise<Page<Row>> {
  const { select, order, cursor, conditions, page } = list;
  const columns = `(${order.join(', ')})`;
  const backwards = page.endingBefore !== null;
  conditions.add(`${columns} < ${cursor}`, page.startingAfter);
  conditions.add(`${columns} > ${cursor}`, page.endingBefore);
  const direction = backwards ? 'asc' : 'desc';
  const { rows } = await pool.query<Row>(
    `${select} ${conditions.where}
     order by ${order.map((column) => `${column} ${direction}`).join(', ')} limit ${page.limit + 1}`,
    conditions.values,
  );
  if (rows.length === 0) await mustExist(pool, cursor, page);
  const kept = rows.slice(0, page.limit);
  return { rows: backwards ? kept.reverse() : kept, hasMore: rows.length > page.limit };
}

async function mustExist(
  pool: Pool,
  cursor: string,
  { startingAfter, endingBefore }: PageRequest,
): Promise<void> {
  const id = startingAfter ?? endingBefore;
  if (id === null) return;
  const { rows } = await pool.query<{ known: boolean }>(
    `select exists ${cursor.replaceAll('$', '$1')} as known`,
    [id],
  );
  if (rows[0]?.known !== true) {
    throw new UnknownCursor(startingAfter === null ? 'ending_before' : 'starting_after');
  }
}
