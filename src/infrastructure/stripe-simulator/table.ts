/** Rows of one collection in the order of their creation, with lookups by the value of chosen fields. */
export class Table<T extends { readonly id: string }> {
  readonly #rows = new Map<string, T>();
  readonly #order: (string | undefined)[] = [];
  readonly #positions = new Map<string, number>();
  readonly #indexed: readonly string[];
  readonly #index = new Map<string, string[]>();

  constructor(indexed: readonly string[]) {
    this.#indexed = indexed;
  }

  get size(): number {
    return this.#rows.size;
  }

  get(id: string): T | undefined {
    return this.#rows.get(id);
  }

  put(row: T): void {
    const before = this.#rows.get(row.id);
    if (before === undefined && !this.#positions.has(row.id)) {
      this.#positions.set(row.id, this.#order.length);
      this.#order.push(row.id);
    }
    this.#rows.set(row.id, row);
    for (const field of this.#indexed) {
      const value = fieldOf(row, field);
      if (value === undefined || (before !== undefined && fieldOf(before, field) === value)) continue;
      const key = `${field}:${value}`;
      const ids = this.#index.get(key);
      if (ids === undefined) this.#index.set(key, [row.id]);
      else if (before === undefined || !ids.includes(row.id)) ids.push(row.id);
    }
  }

  remove(id: string): void {
    const row = this.#rows.get(id);
    if (row !== undefined) this.#unindex(row);
    this.#rows.delete(id);
    const position = this.#positions.get(id);
    if (position === undefined) return;
    this.#order[position] = undefined;
    this.#positions.delete(id);
  }

  #unindex(row: T): void {
    for (const field of this.#indexed) {
      const key = `${field}:${fieldOf(row, field)}`;
      const ids = this.#index.get(key);
      const at = ids?.indexOf(row.id) ?? -1;
      if (ids === undefined || at === -1) continue;
      if (ids.length === 1) this.#index.delete(key);
      else ids.splice(at, 1);
    }
  }

  /** All rows, oldest first. */
  values(): IterableIterator<T> {
    return this.#rows.values();
  }

  /** Rows newest first; with `by`, only those whose indexed field has that value now. */
  *newestFirst(by?: readonly [field: string, value: string]): Generator<T> {
    const ids: readonly (string | undefined)[] =
      by === undefined ? this.#order : (this.#index.get(`${by[0]}:${by[1]}`) ?? []);
    for (let position = ids.length - 1; position >= 0; position -= 1) {
      const id = ids[position];
      const row = id === undefined ? undefined : this.#rows.get(id);
      if (row !== undefined && (by === undefined || fieldOf(row, by[0]) === by[1])) yield row;
    }
  }
}

function fieldOf(row: object, field: string): string | undefined {
  const value = (row as Readonly<Record<string, unknown>>)[field];
  return typeof value === 'string' ? value : undefined;
}
