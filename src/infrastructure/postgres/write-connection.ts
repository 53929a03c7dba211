import type pg from 'pg';
import { isRefusal } from './driver-errors.js';
import type { TimedClientConfig } from './timed-client.js';
import { TimedClient } from './timed-client.js';

/**
 * One connection for what is written all the time. Nothing waits for the answer to what was sent before: the server carries
 * out everything in the order in which it was sent. What is sent in one tick of the event loop leaves in one piece, so that
 * the server is woken once for it. The connection is opened when first needed, and replaced after it was lost.
 */
export class WriteConnection {
  readonly #config: TimedClientConfig;
  #current: Promise<pg.Client> | undefined;
  #client: pg.Client | undefined;

  constructor(config: TimedClientConfig) {
    this.#config = { ...config, pipeline: true };
  }

  /** Rejects when there is no connection and none can be opened; asking again tries again. */
  async open(): Promise<void> {
    await this.#open();
  }

  /** The server's answer. A rejection that is no ERROR of the server's says nothing of what came of the query. */
  async ask<Answer>(query: (client: pg.Client) => Promise<Answer>): Promise<Answer> {
    const client = await this.#open();
    gather(client);
    try {
      return await query(client);
    } catch (error) {
      // Nothing can be said of what was sent behind it either. A polite goodbye would wait for answers that may never come.
      if (!isRefusal(error)) {
        this.#forget(client);
        client.connection.stream.destroy();
      }
      throw error;
    }
  }

  /** After the answers to everything that was sent. */
  async close(): Promise<void> {
    const client = await this.#current?.catch(() => undefined);
    this.#current = undefined;
    await client?.end().catch(() => undefined);
  }

  #open(): Promise<pg.Client> {
    this.#current ??= this.#connected();
    return this.#current;
  }

  async #connected(): Promise<pg.Client> {
    const client = new TimedClient(this.#config);
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

  #forget(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#current = undefined;
  }
}

/** Holds back what is sent until the callbacks of this tick are done. */
function gather({ connection: { stream } }: pg.Client): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}
