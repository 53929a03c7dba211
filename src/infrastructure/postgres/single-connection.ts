import pg from 'pg';

/**
 * One connection that is opened when first asked for and replaced after it was lost or discarded. For work that must
 * not wait behind other users of a pool.
 */
export class SingleConnection {
  readonly #config: pg.ClientConfig;
  #current: Promise<pg.Client> | undefined;

  constructor(config: pg.ClientConfig) {
    this.#config = config;
  }

  /** The live connection, or a new one. Rejects when it cannot be opened; asking again tries again. */
  get(): Promise<pg.Client> {
    this.#current ??= this.#open();
    return this.#current;
  }

  /** Destroys a connection whose state is unknown. */
  discard(client: pg.Client): void {
    this.#forget(client);
    // A query under way would make a polite goodbye wait: with one active, the driver cuts the line.
    void client.end().catch(() => undefined);
  }

  async close(): Promise<void> {
    const client = await this.#current?.catch(() => undefined);
    this.#current = undefined;
    await client?.end().catch(() => undefined);
  }

  async #open(): Promise<pg.Client> {
    const client = new pg.Client(this.#config);
    // Without a listener the loss of the connection would end the process.
    client.on('error', () => this.#forget(client));
    client.on('end', () => this.#forget(client));
    this.#client = client;
    try {
      await client.connect();
      return client;
    } catch (error) {
      this.#forget(client);
      void client.end().catch(() => undefined);
      throw error;
    }
  }

  #client: pg.Client | undefined;

  #forget(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#current = undefined;
  }
}
