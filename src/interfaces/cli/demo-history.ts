import { setTimeout as sleep } from 'node:timers/promises';
import { chanceOf } from './demo-chance.js';
import type { Buyer, Deed, Story } from './demo-deeds.js';
import { dayOf } from './demo-deeds.js';
import { demoCustomers } from './demo-people.js';
import type { Client } from './demo-telling.js';
import { reached, record, rows, rowsOf } from './demo-telling.js';

/** What somebody who looks around for the first time would have had to do for three months. */
export type DemoHistoryParts = {
  readonly api: Client;
  readonly simulator: Client;
  /** Puts the clock, which is behind by the days of the story, forward by so many milliseconds. */
  readonly forward: (ms: number) => Promise<void>;
  readonly days: number;
  /** The same seed gives the same customers, amounts and mishaps. */
  readonly seed: number;
  /** Ends the story early. */
  readonly signal: AbortSignal;
};

const atOnce = 4;
const dayMs = 86_400_000;
/** The last day is told in so many parts: it is what the overview shows hour by hour. */
const partsOfLastDay = 6;
/** For what follows by itself from a day: read models, policies, what falls due. */
const lookMs = 100;
const looksMax = 30;
/** The read models follow a moment later, so one look that finds nothing is not enough. */
const quietLooks = 2;
/** A request that is older than its key at the provider is looked up and not sent: one that is open just now must not become so old. */
const leapMs = dayMs / 2;

/**
 * Makes demo data by the same commands that a client would give, over HTTP, day after day. Answers how many deeds there were.
 * @throws when the API cannot be reached
 */
export async function makeDemoHistory(parts: DemoHistoryParts): Promise<number> {
  const chance = chanceOf(parts.seed);
  const story: Story = { ...parts, chance, buyers: await registerBuyers(parts) };
  let deeds = 0;
  for (let day = 1; day <= parts.days && !parts.signal.aborted; day += 1) {
    const plans = dayOf(story, day);
    deeds += plans.length;
    const steps = day === parts.days ? partsOfLastDay : 1;
    for (let step = 0; step < steps; step += 1) {
      const now = plans.filter((_deed, place) => place % steps === step);
      await inLanes(now, parts.signal);
      await quiet(parts, quietLooks);
      for (let left = dayMs / steps; left > 0; left -= leapMs) {
        await parts.forward(Math.min(left, leapMs));
        if (left > leapMs) await quiet(parts, 1);
      }
    }
  }
  return deeds;
}

/** No day ends while the provider is still to be asked for something. */
async function quiet({ api, signal }: DemoHistoryParts, looks: number): Promise<void> {
  let found = 0;
  for (let look = 0; look < looksMax && found < looks && !signal.aborted; look += 1) {
    await sleep(lookMs);
    const { body } = await api.get('/health/payments');
    const open = record(record(body['checks'])['open_requests']);
    found = String(open['detail']).startsWith('0 open') ? found + 1 : 0;
  }
}

async function registerBuyers({ api, simulator, signal }: DemoHistoryParts): Promise<readonly Buyer[]> {
  const buyers = new Array<Buyer | undefined>(demoCustomers.length).fill(undefined);
  await inLanes(
    demoCustomers.map((person, n) => async () => {
      const { name, currency, locale, city, country } = person;
      const made = await api.post('/v1/customers', {
        ...{ name, locale, email: `customer${n + 1}@example.com` },
        billing_address: { line1: `${n + 1} Main Street`, city, postal_code: `${10_000 + n}`, country },
        metadata: { demo: currency },
      });
      const id = String(made.body['id']);
      const methods = `/v1/customers/${id}/payment_methods`;
      const setup = await api.post(`/v1/customers/${id}/setup_intents`, {});
      const intent = String(record(setup.body['provider'])['setup_intent']);
      const card = n % 3 === 1 ? 'pm_card_mastercard' : 'pm_card_visa';
      await simulator.post(`/sim/setup_intents/${intent}/confirm`, { payment_method: card });
      const found = await reached(api, methods, (body) => rowsOf(body['data']).length > 0);
      buyers[n] = { ...person, id, method: String(rows(found)[0]?.['id']) };
    }),
    signal,
  );
  return buyers.filter((buyer) => buyer !== undefined);
}

/** A few deeds of a day at a time. What the API refuses is part of the story; it is not out of reach. */
async function inLanes(deeds: readonly Deed[], signal: AbortSignal): Promise<void> {
  const next = deeds.values();
  const lane = async (): Promise<void> => {
    for (const deed of next) if (!signal.aborted) await deed();
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
