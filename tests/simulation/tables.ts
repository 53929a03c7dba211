import type { RecordedEvent } from '../../src/application/ports/event-store.js';
import type { Projection } from '../../src/infrastructure/projections/projection.js';
import type { Row, RowChange } from '../../src/infrastructure/projections/row-changes.js';

/** The tables of one projection in memory, by the text of their keys. */
export class Tables {
  readonly #projection: Projection;
  readonly #tables: ReadonlyMap<string, Map<string, Row>>;

  constructor(projection: Projection) {
    this.#projection = projection;
    this.#tables = new Map(Object.keys(projection.tables).map((name) => [name, new Map()]));
  }

  /** @throws what the database would refuse: a second row of one key, an update of no row, an unknown event */
  apply(event: RecordedEvent): void {
    const changes = this.#projection.changesOf(event);
    if (changes === undefined) throw new TypeError(`${this.#projection.name} does not know ${event.type}`);
    for (const change of changes) this.#change(change);
  }

  rows(table: string): IterableIterator<Row> {
    return this.#table(table).values();
  }

  /** Every row of every table, ordered by key; `without` names columns that are left out. */
  dump(without: readonly string[] = []): Readonly<Record<string, readonly Row[]>> {
    return Object.fromEntries(
      [...this.#tables].map(([name, rows]) => [
        name,
        [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => omit(row, without)),
      ]),
    );
  }

  #change(change: RowChange): void {
    const rows = this.#table(change.table);
    const given = change.change === 'insert' ? change.row : change.key;
    const columns = this.#projection.tables[change.table] ?? [];
    const name = text(columns.map((column) => given[column]));
    const known = rows.get(name);
    switch (change.change) {
      case 'insert':
        if (known !== undefined) throw new TypeError(`${change.table} has a row ${name} already`);
        rows.set(name, change.row);
        return;
      case 'remove':
        rows.delete(name);
        return;
      case 'update': {
        if (known === undefined) throw new TypeError(`${change.table} has no row ${name}`);
        const sums = Object.entries(change.add).map(([column, amount]) => [
          column,
          BigInt(known[column] as bigint) + amount,
        ]);
        rows.set(name, { ...known, ...change.set, ...Object.fromEntries(sums) });
      }
    }
  }

  #table(name: string): Map<string, Row> {
    const table = this.#tables.get(name);
    if (table === undefined) throw new TypeError(`${this.#projection.name} has no table ${name}`);
    return table;
  }
}

function omit(row: Row, columns: readonly string[]): Row {
  return Object.fromEntries(Object.entries(row).filter(([column]) => !columns.includes(column)));
}

/** JSON in which bigints are texts. */
export function text(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner));
}
