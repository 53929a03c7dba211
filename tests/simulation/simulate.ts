import { createHash } from 'node:crypto';
import type { EventMetadata } from '../../src/application/ports/event-store.js';
import type { Logger } from '../../src/application/ports/logger.js';
import { Actors } from './actors.js';
import { runBuyer } from './buyers.js';
import { createAsk, runClient } from './clients.js';
import type { AppProcess, HttpAnswer, HttpCall } from './deployment.js';
import { createGateway, startProcess } from './deployment.js';
import { checkLiveness } from './liveness.js';
import type { Plant } from './planted-bugs.js';
import type { Random } from './random.js';
import { createRandom } from './random.js';
import { Safety, Violation } from './safety.js';
import type { Owner, Step } from './scheduler.js';
import { Scheduler } from './scheduler.js';
import { Stores } from './stores.js';
import type { Outage } from './stripe-world.js';
import { StripeWorld } from './stripe-world.js';
import { text } from './tables.js';

const day = 86_400_000;
const start = Date.parse('2026-01-01T00:00:00Z');
const processes = 2;
/** Every step of a process of ours, between two awaits, may be the one before which it dies. */
const deathPerStep = 1 / 400;
const clientPatienceMs = 35_000;
/** Longer than any wait of ours: the longest between two tries of a webhook is twelve hours. */
const calmMs = 4 * day;

export type Plan = {
  readonly seed: number;
  readonly days: number;
  /** How many payments, numbered from 0; or just these. */
  readonly payments: number | readonly number[];
  /** How many of those numbers have a customer who buys as well, the first ones. */
  readonly buyers: number;
  /** A defect to put in, to see it found. */
  readonly plant?: Plant;
};

export type Result = {
  readonly plan: Plan;
  /** SHA-256 over every event, in hex. */
  readonly hash: string;
  readonly events: number;
  readonly steps: number;
  readonly crashes: number;
  readonly stripe: StripeWorld['counts'];
  readonly resent: number;
  /** How many events there are of each type. */
  readonly types: Readonly<Record<string, number>>;
  /** What was violated, the facts of the payment that it is about, and the latest steps; undefined when everything held. */
  readonly failure:
    | { readonly violation: string; readonly facts: readonly string[]; readonly trace: readonly string[] }
    | undefined;
};

/**
 * One whole story in virtual time: `days` with faults, in which safety is checked after every step, then calm, after which
 * everything must have ended and agree. The same plan gives the same story, step by step.
 */
export async function simulate(plan: Plan, usePlatform: (scheduler: Scheduler) => void): Promise<Result> {
  const seed = `seed ${plan.seed}`;
  const scheduler = new Scheduler(createRandom(`${seed} order`), start);
  usePlatform(scheduler);
  const chaos = createRandom(`${seed} chaos`);
  const endMs = start + plan.days * day;
  const faulty = (): boolean => scheduler.nowMs < endMs;
  const stores = new Stores(scheduler, faulty);
  const clients: Owner = { name: 'clients', alive: true };
  const alive: AppProcess[] = [];
  const exchanges = new Map<Owner, Set<() => void>>();
  let crashes = 0;
  let started = 0;
  let resent = 0;

  /** Something that a process does for somebody outside; null when it dies or is not there. */
  function exchange<T>(what: string, work: (process: AppProcess) => Promise<T>): Promise<T | null> {
    const caller = scheduler.running;
    const process = alive.length === 0 ? undefined : alive[chaos.below(alive.length)];
    return new Promise((resolve) => {
      const latency = (): number => chaos.spread(1, 100);
      if (process === undefined) {
        scheduler.plan(latency(), caller, `${what}: nobody is there`, () => resolve(null));
        return;
      }
      const broken = (): void => {
        scheduler.plan(latency(), caller, `${what}: connection lost`, () => resolve(null));
      };
      const open = exchanges.get(process.owner);
      open?.add(broken);
      scheduler.plan(latency(), process.owner, `takes ${what}`, () => {
        void work(process).then((answer) => {
          open?.delete(broken);
          scheduler.plan(latency(), caller, `${what}: answered`, () => resolve(answer));
        });
      });
    });
  }

  const stripe = new StripeWorld({
    scheduler,
    seed,
    faulty,
    outages: outagesOf(chaos, endMs),
    deliver: (body, signature) => exchange('a webhook', (process) => process.receiveWebhook(body, signature)),
  });
  const safety = new Safety(stripe);
  const actors = new Actors(scheduler, stripe, createRandom(`${seed} actors`), endMs);

  function startAnother(afterMs: number): void {
    started += 1;
    const owner: Owner = { name: `process ${started}`, alive: true };
    scheduler.plan(afterMs, owner, 'starts', () => {
      exchanges.set(owner, new Set());
      const logger = loggerOf(scheduler);
      const http = stripe.httpClient();
      const gateway = createGateway(plan.plant?.http?.(http) ?? http, logger);
      alive.push(
        startProcess({
          scheduler,
          stores,
          logger,
          gateway: plan.plant?.gateway?.(gateway) ?? gateway,
          ...(plan.plant?.idempotency === undefined ? {} : { idempotency: plan.plant.idempotency }),
          ...(plan.plant?.policies === undefined ? {} : { policies: plan.plant.policies }),
        }),
      );
    });
  }

  /** Everything that the process holds in memory is gone; what it sent is on its way. */
  function kill(owner: Owner): void {
    crashes += 1;
    owner.alive = false;
    scheduler.note(`${owner.name} DIES`);
    alive.splice(
      alive.findIndex((process) => process.owner === owner),
      1,
    );
    for (const broken of exchanges.get(owner) ?? []) broken();
    startAnother(chaos.spread(1_000, chaos.chance(0.05) ? 2 * day : 3 * 3_600_000));
  }

  scheduler.beforeStep = ({ owner }: Step) => {
    const ours = alive.some((process) => process.owner === owner);
    if (!ours || !faulty() || !chaos.chance(deathPerStep)) return true;
    kill(owner);
    return false;
  };
  let checked = 0;
  scheduler.afterStep = () => {
    safety.afterEvents(stores.log.slice(checked));
    checked = stores.log.length;
    safety.afterStep();
    actors.afterStep();
    if (clientFailure !== undefined) throw clientFailure;
  };

  async function send(call: HttpCall): Promise<HttpAnswer | null> {
    const what = `${call.method} ${call.path} ${call.idempotencyKey ?? ''}`;
    const answer = exchange(what, (process) => process.serve(call));
    const patience = scheduler.sleep(clientPatienceMs, `${what}: the client hangs up`).then(() => null);
    const lost = faulty() && chaos.chance(0.05);
    return lost ? patience : Promise.race([answer, patience]);
  }

  let clientFailure: unknown;
  const numbers =
    typeof plan.payments === 'number'
      ? Array.from({ length: plan.payments }, (_none, n) => n)
      : plan.payments;
  scheduler.running = clients;
  for (const n of numbers) {
    const random = createRandom(`${seed} payment ${n}`);
    runClient({
      ...{ scheduler, random, send, endMs, name: `client-${plan.seed}-${n}` },
      startMs: random.below(Math.ceil(plan.days * day * 0.6)),
    }).catch((error: unknown) => {
      clientFailure = error;
    });
  }
  for (const n of numbers.filter((number) => number < plan.buyers)) {
    const random = createRandom(`${seed} buyer ${n}`);
    const name = `buyer-${plan.seed}-${n}`;
    const customer = await seedCustomer(stores, random, savedCards[n]);
    runBuyer({
      ...{ scheduler, random, name, customer, endMs, ask: createAsk({ scheduler, random, name, send }) },
      startMs: random.below(Math.ceil(plan.days * day * 0.5)),
    }).catch((error: unknown) => {
      clientFailure = error;
    });
  }
  for (let n = 0; n < processes; n += 1) startAnother(n * 100);

  let failure: Result['failure'];
  try {
    await scheduler.runUntil(endMs);
    actors.decideAll();
    await scheduler.runUntil(endMs + calmMs);
    resent = stripe.resendUnaccepted();
    for (const { id, status } of stores.inbox.all()) if (status === 'parked') stores.inbox.replay(id);
    await scheduler.runUntil(endMs + 2 * calmMs);
    checkLiveness(stores, stripe, safety);
  } catch (error) {
    const known = error instanceof Violation;
    const violation = known ? error.message : error instanceof Error ? String(error.stack) : String(error);
    failure = { violation, facts: factsAbout(violation, stores), trace: [...scheduler.trace] };
  }
  const { steps } = scheduler;
  return {
    ...{ plan, steps, crashes, resent, failure },
    events: stores.log.length,
    types: countTypes(stores),
    hash: createHash('sha256').update(stores.log.map(text).join('\n')).digest('hex'),
    stripe: stripe.counts,
  };
}

/** One for each customer, as long as there are any: an id is one card of one customer. */
const savedCards: readonly string[] = [
  ...[
    'visa',
    'chargeDeclined',
    'mastercard',
    'amex',
    'refundFail',
    'discover',
    'chargeDeclinedInsufficientFunds',
  ],
  ...['jcb', 'diners', 'visa_debit', 'mastercard_debit', 'unionpay'],
];

/** A customer with a card that may be charged while nobody is there. */
async function seedCustomer(stores: Stores, random: Random, card: string | undefined): Promise<string> {
  const customerId = `cus_${random.uuid()}`;
  const at = new Date(start).toISOString();
  const paymentMethodId = `pm_card_${card}`;
  const facts = [
    { type: 'CustomerRegistered', data: { at, customerId, profileId: random.uuid() } },
    ...(card === undefined
      ? []
      : [
          {
            type: 'PaymentMethodAdded',
            data: { at, paymentMethodId, kind: 'card', detailsId: random.uuid() },
          },
          { type: 'DefaultPaymentMethodChosen', data: { at, paymentMethodId } },
        ]),
  ];
  const commandId = random.uuid();
  const metadata: EventMetadata = {
    ...{ commandId, correlationId: commandId, causationId: commandId, reason: null },
    actor: { kind: 'system', id: 'simulation' },
  };
  await stores.seed(
    `customer-${customerId}`,
    facts.map((fact) => ({ id: random.uuid(), ...fact, metadata })),
  );
  return customerId;
}

/** Up to two, from minutes to longer than Stripe keeps idempotency keys. */
function outagesOf(chaos: Random, endMs: number): readonly Outage[] {
  return Array.from({ length: chaos.below(3) }, () => {
    const fromMs = start + chaos.below(endMs - start);
    return { fromMs, toMs: Math.min(endMs, fromMs + chaos.spread(10 * 60_000, 1.5 * day)) };
  });
}

function factsAbout(violation: string, { log }: Stores): readonly string[] {
  const id = /(?:pay|inv|ord|col|plan|mp|cus)_[0-9a-f-]{36}/.exec(violation)?.[0] ?? 'none';
  return log
    .filter(({ stream, data }) => stream.endsWith(id) || JSON.stringify(data).includes(id))
    .map(
      ({ recordedAt, stream, type, data, metadata }) =>
        `${recordedAt} ${stream} ${type} ${text(data)} by ${text(metadata.actor)}`,
    );
}

function countTypes({ log }: Stores): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of log) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

function loggerOf(scheduler: Scheduler): Logger {
  const say = (fields: Readonly<Record<string, unknown>>, message: string): void => {
    scheduler.note(
      `${message} ${JSON.stringify(fields, (_key, value) => (value instanceof Error ? String(value) : value))}`,
    );
  };
  return { debug: () => {}, info: () => {}, warn: say, error: say };
}
