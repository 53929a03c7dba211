import type { Laboratory } from '../laboratory/laboratory.js';
import { order } from '../laboratory/programs.js';
import type { Tally } from '../laboratory/trial.js';
import type { Random } from '../load/random.js';

type Fault = {
  readonly name: string;
  readonly weight: number;
  /** False when there was nothing to break just then. */
  strike(laboratory: Laboratory, random: Random): Promise<boolean | undefined>;
};

const operations = [
  'payment_intents.create',
  'payment_intents.confirm',
  'payment_intents.capture',
  'payment_intents.cancel',
  'refunds.create',
] as const;

/** Longer than a claim of an idempotency key lasts, so that its owner wakes up to find it lost. */
const longFreezeMs = 13_000;

/** Weights are shares of a thousand strikes. */
const faults: readonly Fault[] = [
  {
    name: 'kill',
    weight: 700,
    // Nearly always one that serves: what dies while it starts has nothing to lose.
    async strike({ apps }, random) {
      for (let looks = 0; looks < 60 && !random.chance(0.01); looks += 1) {
        const serving = apps.filter(({ isReady }) => isReady);
        if (serving.length > 0) return random.pick(serving).kill();
        await pause(50);
      }
      return random.pick(apps).kill();
    },
  },
  {
    name: 'freeze',
    weight: 45,
    strike: async ({ apps }, random) => after(random.pick(apps).freeze(random.between(300, 3_000))),
  },
  {
    name: 'long freeze',
    weight: 5,
    strike: async ({ apps }, random) => after(random.pick(apps).freeze(longFreezeMs)),
  },
  {
    name: 'Postgres crash',
    weight: 45,
    strike: async ({ postgres }) => after(postgres.crash()),
  },
  {
    name: 'Postgres freeze',
    weight: 20,
    strike: async ({ postgres }, random) => after(postgres.freeze(random.between(300, 4_000))),
  },
  {
    name: 'Stripe misbehaves',
    weight: 100,
    async strike({ simulator }, random) {
      const behavior = random.pick([
        ...['lose_answer', 'delay', 'delay_after', 'reset_before', 'hang', 'rate_limit', 'lock_timeout'],
        ...['error_500_before', 'error_500_after', 'error_500_without_effect_saved'],
      ]);
      await order(simulator.url, '/sim/next', {
        behavior,
        operation: random.pick(operations),
        // The SDK sends once more by itself when a connection is cut.
        times: random.between(1, 4),
        delay_ms: random.between(100, 5_000),
      });
      return true;
    },
  },
  {
    name: 'line',
    weight: 55,
    async strike({ lines }, random) {
      const line = random.pick(lines);
      const how = random.pick(['cut', 'reset', 'drop_response', 'hang', 'hang_response', 'delay'] as const);
      if (how === 'cut' || how === 'reset') {
        line[how]();
        return true;
      }
      line.mode = how === 'delay' ? { kind: how, ms: random.between(20, 500) } : { kind: how };
      await pause(random.between(100, 2_000));
      line.mode = { kind: 'pass' };
      // What was kept back is lost, so the connections that waited for it are of no use any more.
      if (how !== 'drop_response' && how !== 'delay') line.cut();
      return true;
    },
  },
  {
    name: 'webhooks disturbed',
    weight: 10,
    async strike({ simulator }, random) {
      const duplicate = random.between(0, 3);
      await order(simulator.url, '/sim/webhooks', { duplicate, shuffle: random.chance(0.5), delay_ms: 50 });
      return true;
    },
  },
  {
    name: 'Redis',
    weight: 15,
    async strike({ redis }, random) {
      if (redis === undefined) return false;
      const how = random.pick(['kill', 'freeze', 'flush'] as const);
      await (how === 'freeze' ? redis.freeze(random.between(200, 3_000)) : redis[how]());
      return true;
    },
  },
];

export type Nemesis = {
  /** Strikes at random until so many processes were killed; resolves when the last fault has been lifted. */
  until(kills: number): Promise<void>;
};

/** So many outcomes pass between two kills at most, and so long at most when there are none. */
const outcomesMax = 120;
const patienceMs = 3_000;

/**
 * Kills follow each other at the pace of what the clients learn, so that on a slow machine too there is something to lose
 * between them; everything else goes on meanwhile.
 * @param outcomes how many answers the clients have had so far
 */
export function createNemesis(
  laboratory: Laboratory,
  random: Random,
  tally: Tally,
  outcomes: () => number,
): Nemesis {
  /** A fault of one kind at a time: a server is not crashed while it is being started again. */
  const underWay = new Map<string, Promise<void>>();

  async function until(kills: number): Promise<void> {
    while ((tally.get('kill') ?? 0) < kills) {
      const fault = weighted(random);
      const target = fault.name.split(' ')[0] ?? fault.name;
      if (fault.name === 'kill') {
        await progress();
        await strike(fault);
      } else if (!underWay.has(target)) {
        underWay.set(
          target,
          strike(fault).finally(() => underWay.delete(target)),
        );
      }
      await pause(random.between(50, 400));
    }
    await Promise.all(underWay.values());
    await order(laboratory.simulator.url, '/sim/next/clear', {});
    await order(laboratory.simulator.url, '/sim/webhooks', {});
  }

  async function progress(): Promise<void> {
    const [from, wanted] = [outcomes(), random.between(0, outcomesMax)];
    for (let waited = 0; waited < patienceMs && outcomes() - from < wanted; waited += 50) await pause(50);
  }

  async function strike(fault: Fault): Promise<void> {
    const struck = await fault.strike(laboratory, random);
    if (struck !== false) tally.set(fault.name, (tally.get(fault.name) ?? 0) + 1);
  }

  return { until };
}

function weighted(random: Random): Fault {
  const total = faults.reduce((sum, { weight }) => sum + weight, 0);
  let left = random.between(1, total);
  for (const fault of faults) {
    left -= fault.weight;
    if (left <= 0) return fault;
  }
  throw new RangeError('the weights do not add up');
}

async function after(lifted: Promise<void>): Promise<true> {
  await lifted;
  return true;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
