import type { Connection, PoolClient, Submittable } from 'pg';
import type { SqlStatement, SqlValue } from './row-changes.js';

/** Names of prepared statements by their text, the same on every connection. */
const names = new Map<string, string>();
/** A projection's statements are constant texts; beyond this number of them something builds texts on the fly. */
const namesMax = 1_000;

const prepared = new WeakMap<Connection, Set<string>>();

/**
 * Sends all statements in one go, without waiting for answers in between, and ends with one sync: Postgres stops at
 * the first error and drops the rest. Rows are not read. After a rejection the connection must be released as broken,
 * since it is not known which of the statements were prepared.
 */
export function sendBatch(client: PoolClient, statements: readonly SqlStatement[]): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(new BatchQuery(statements, (error) => (error ? reject(error) : resolve())));
  });
}

/** The driver calls these methods as answers arrive; it knows this shape as pg-cursor's and pg-query-stream's. */
class BatchQuery implements Submittable {
  readonly #statements: readonly SqlStatement[];
  readonly #newNames: string[] = [];
  /** Public because the client wraps it to limit the time of the query. */
  callback: (error?: Error) => void;

  constructor(statements: readonly SqlStatement[], callback: (error?: Error) => void) {
    this.#statements = statements;
    this.callback = callback;
  }

  submit(connection: Connection): void {
    const known = prepared.get(connection) ?? new Set();
    prepared.set(connection, known);
    connection.stream.cork();
    try {
      for (const { text, values } of this.#statements) {
        const name = nameOf(text);
        if (name === '' || !(known.has(name) || this.#newNames.includes(name))) {
          connection.parse({ name, text, types: [] }, true);
          if (name !== '') this.#newNames.push(name);
        }
        connection.bind({ statement: name, values: values.map(encodeValue) as string[] }, true);
        connection.execute(null, true);
      }
      connection.sync();
    } finally {
      connection.stream.uncork();
    }
  }

  handleError(error: Error): void {
    this.callback(error);
  }

  handleReadyForQuery(connection: Connection): void {
    const known = prepared.get(connection);
    for (const name of this.#newNames) known?.add(name);
    this.callback();
  }

  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
}

function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  if (names.size >= namesMax) return '';
  const name = `projection_${names.size}`;
  names.set(text, name);
  return name;
}

function encodeValue(value: SqlValue): string | null {
  return value === null || typeof value === 'string' ? value : String(value);
}
