import type { Client } from './client.js';
import { journey } from './journeys.js';
import type { Random } from './random.js';

export type Crowd = {
  /** Starts no further journey and waits for those under way to end. */
  finish(): Promise<void>;
};

/** So many customers at once, one journey after the other, until told to finish. */
export function startCrowd(client: Client, random: Random, customers: number): Crowd {
  let open = true;
  async function customer(): Promise<void> {
    while (open) await journey(client, random);
  }
  const all = Promise.all(Array.from({ length: customers }, customer));
  return {
    async finish() {
      open = false;
      await all;
    },
  };
}
