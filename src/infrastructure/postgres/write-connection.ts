import pg from 'pg';

/** A live connection, and whether it holds back what it is given until the end of this turn of the event loop. */
type Line = { readonly client: pg.Client; gathers: boolean };

/**
 * One connection for what is written all the time. Nothing waits for the answer to what was sent before: the server carries
 * out everything in the order in which it was sent. What is sent in one turn of the event loop leaves in one piece, so that
 * the server is woken once for it. The connection is opened when first needed, and replaced after it was lost.
 */
export class WriteConnection {
  readonly #config: pg.ClientConfig;
  #line: Promise<Line> | undefined;
  #client: pg.Client | undefined;

  constructor(config: pg.ClientConfig) {
    this.#config = { ...config, pipeline: true };
  }

  /** Rejects when there is no connection and none can be opened; asking again tries again. */
  async open(): Promise<void> {
    await this.#open();
  }

  /** The server's answer. A rejection that is no ERROR of the server's says nothing of what came of the query. */
  async ask<Answer>(query: (client: pg.Client) => Promise<Answer>): Promise<Answer> {
    const line = await this.#open();
    gather(line);
    const { client } = line;
    try {
      return await query(client);
    } catch (error) {
      const answered = error instanceof pg.DatabaseError && error.severity === 'ERROR';
      // Nothing can be said of what was sent behind it either. A polite goodbye would wait for answers that may never come.
      if (!answered) {
        this.#forget(client);
        client.connection.stream.destroy();
      }
      throw error;
    }
  }

  /** After the answers to everything that was sent. */
  async close(): Promise<void> {
    const line = await this.#line?.catch(() => undefined);
    this.#line = undefined;
    await line?.client.end().catch(() => undefined);
  }

  #open(): Promise<Line> {
    this.#line ??= this.#connected();
    return this.#line;
  }

  async #connected(): Promise<Line> {
    const client = new pg.Client(this.#config);
    // Without a listener the loss of the connection would end the process.
    client.on('error', () => this.#forget(client));
    client.on('end', () => this.#forget(client));
    this.#client = client;
    try {
      await client.connect();
      return { client, gathers: false };
    } catch (error) {
      this.#forget(client);
      void client.end().catch(() => undefined);
      throw error;
    }
  }

  #forget(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#line = undefined;
  }
}

/** Holds back what is sent until the callbacks of this turn are done. */
function gather(line: Line): void {
  if (line.gathers) return;
  const { stream } = line.client.connection;
  line.gathers = true;
  stream.cork();
  process.nextTick(() => {
    line.gathers = false;
    stream.uncork();
  });
}
