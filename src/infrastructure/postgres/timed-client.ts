import pg from 'pg';

/** Without the driver's own limit, which `TimedClient` stands in for. */
export type TimedClientConfig = Omit<pg.ClientConfig, 'query_timeout'> & {
  /** How long a query may take unless it says so itself, in milliseconds. */
  readonly queryTimeoutMs: number;
};

/** What the driver calls back, whatever kind of query it is. */
type Callback = (error: Error | null | undefined, result?: unknown) => void;
type Query = pg.Submittable & { callback?: Callback };
type Asked = string | Query | (pg.QueryConfig & { readonly queryTimeoutMs?: number });

/**
 * The driver's client, which limits the time of a query itself. Of a query that took longer nothing is known, nor of what was sent
 * behind it, so its connection is destroyed.
 *
 * The driver's own limit makes whatever a query holds old: V8 takes a function that is written right into an assignment to a
 * property for a method, and puts it where only a full collection of garbage looks. The driver writes its callbacks so, and each
 * of them kept the values and rows of its query until then. Ours is assigned by its name.
 */
export class TimedClient extends pg.Client {
  readonly #queryTimeoutMs: number;

  constructor(config?: TimedClientConfig) {
    super(config);
    this.#queryTimeoutMs = config?.queryTimeoutMs ?? 0;
  }

  /** As the driver's; the type says nothing, and whoever holds a client as `pg.Client` sees the driver's. */
  override query(asked: unknown, values?: unknown, callback?: unknown): never {
    return this.#query(asked as Asked, values, callback as Callback | undefined) as never;
  }

  #query(asked: Asked, given: unknown, last: Callback | undefined): unknown {
    const callback = typeof given === 'function' ? (given as Callback) : last;
    const values = typeof given === 'function' ? undefined : (given as unknown[] | undefined);
    const own = isSubmittable(asked);
    if (!own && callback === undefined) {
      return new Promise((resolve, reject) => {
        this.#query(asked, values, (error, result) => (error ? reject(error) : resolve(result)));
      }).catch(withStackOfCaller);
    }
    const query: Query = own ? asked : new pg.Query(asked, values, callback);
    if (query.callback !== undefined)
      this.#limit(query, query.callback, limitOf(asked) ?? this.#queryTimeoutMs);
    return super.query(query);
  }

  #limit(query: Query, callback: Callback, timeoutMs: number): void {
    if (timeoutMs === 0) return;
    const timer = setTimeout(() => {
      query.callback = ignore;
      callback(new Error('Query read timeout'));
      this.connection.stream.destroy();
    }, timeoutMs);
    const answered: Callback = (error, result) => {
      clearTimeout(timer);
      callback(error, result);
    };
    query.callback = answered;
  }
}

function isSubmittable(asked: Asked): asked is Query {
  return typeof asked === 'object' && 'submit' in asked;
}

function limitOf(asked: Asked): number | undefined {
  return typeof asked === 'object' && 'queryTimeoutMs' in asked ? asked.queryTimeoutMs : undefined;
}

function ignore(): void {}

/** An error's own stack leads to the socket. */
function withStackOfCaller(error: Error): never {
  Error.captureStackTrace(error);
  throw error;
}
