import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { SingleConnection } from '../postgres/single-connection.js';

const checkMs = 5_000;

/**
 * Calls `onAppend` soon after each append of any process. Only ever a hint: notifications are lost while the connection
 * is, which is looked at every few seconds. Returns the function that ends it.
 */
export function listenForAppends(config: pg.ClientConfig, onAppend: () => void): () => Promise<void> {
  const connection = new SingleConnection(config);
  const ending = new AbortController();
  const run = async (): Promise<void> => {
    let listening: pg.Client | undefined;
    while (!ending.signal.aborted) {
      try {
        const client = await connection.get();
        if (client === listening) {
          // A connection that died without a word is found out by asking.
          await client.query('select').catch(() => connection.discard(client));
        } else {
          client.on('notification', onAppend);
          await client.query('listen eventstore');
          listening = client;
          onAppend();
        }
      } catch {
        listening = undefined;
      }
      await sleep(listening === undefined ? 500 : checkMs, undefined, { signal: ending.signal }).catch(
        () => undefined,
      );
    }
    await connection.close();
  };
  const running = run();
  return async () => {
    ending.abort();
    await running;
  };
}
