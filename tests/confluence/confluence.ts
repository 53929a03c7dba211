import { createHash } from 'node:crypto';
import type { VerifiedWebhook } from '../../src/application/ports/inbound-webhooks.js';
import { noFindings } from '../../src/application/webhook/handle-webhook.js';
import { createRandom } from '../simulation/random.js';
import { text } from '../simulation/tables.js';
import type { Deployment, Stripe } from './deployment.js';
import { createDeployment, createStripe } from './deployment.js';
import type { Flow } from './flows.js';
import { knownOf } from './flows.js';

/** All orders of so many events are tried; of more, as many drawn by chance. */
const allOrdersUpTo = 6;
const drawnOrders = 720;
const roundsMax = 12;

export type Finding = {
  readonly flow: Flow;
  readonly events: readonly string[];
  readonly drawn: boolean;
  /**
   * How many sequences of deliveries were played: each order one by one and handled together, each event twice in a
   * row, and all of it twice.
   */
  readonly sequences: number;
  /** SHA-256 of each end that was reached, in hex: of state, ledger and read models together. */
  readonly ends: ReadonlySet<string>;
  readonly status: string;
};

/** @param ordersMax tries no more orders than this, drawn by chance */
export async function confluenceOf(flow: Flow, ordersMax = Number.POSITIVE_INFINITY): Promise<Finding> {
  const stripe = createStripe();
  const story = await createDeployment(stripe);
  await flow.play(story, stripe);
  const known = knownOf(flow, await story.log());
  const webhooks = webhooksOf(stripe);
  const drawn = webhooks.length > allOrdersUpTo || factorial(webhooks.length) > ordersMax;
  const orders = drawn
    ? drawOrders(webhooks, Math.min(drawnOrders, ordersMax), flow.name)
    : permutations(webhooks);
  const ends = new Set<string>();
  let status = '';
  let sequences = 0;
  for (const order of orders) {
    const doubled = [order.flatMap((webhook) => [webhook, webhook]), [...order, ...order]];
    for (const [at, sequence] of [order, order, ...doubled].entries()) {
      const deployment = await createDeployment(stripe, known);
      await deliverAll(deployment, sequence, at > 0);
      const end = await endOf(deployment);
      ends.add(createHash('sha256').update(text(end)).digest('hex'));
      status = end.state.status;
      sequences += 1;
    }
  }
  return { flow, events: webhooks.map(({ type }) => type), drawn, sequences, ends, status };
}

/**
 * One that must wait is tried again after all others, as the worker does.
 * @param together those of one round were claimed by one worker, and share what it finds out
 */
async function deliverAll(
  deployment: Deployment,
  sequence: readonly VerifiedWebhook[],
  together: boolean,
): Promise<void> {
  let waiting = sequence;
  for (let round = 1; waiting.length > 0; round += 1) {
    const again: VerifiedWebhook[] = [];
    const findings = noFindings();
    for (const webhook of waiting) {
      const outcome = await deployment.deliver(webhook, round, together ? findings : noFindings());
      if (outcome.status === 'failed' && round < roundsMax) again.push(webhook);
      else if (outcome.status !== 'processed') {
        throw new TypeError(`${webhook.type} ended ${outcome.status}: ${text(outcome)}`);
      }
    }
    waiting = again;
  }
}

/** Everything that somebody could see in the end, but ids and places of events: these tell the order itself. */
async function endOf(deployment: Deployment) {
  const { state } = await deployment.load();
  const { journals = [], entries = [] } = deployment.rows('ledger');
  const ledger = journals.map(({ event_id: id, description }) => ({
    description,
    lines: entries
      .filter((entry) => entry['event_id'] === id)
      .map(({ account, amount, currency }) => `${account} ${amount} ${currency}`),
  }));
  const payments = deployment.rows('payments')['payments']?.map(({ revision: _, ...row }) => row);
  const open = deployment.rows('pending_effects')['open_requests']?.map(({ kind, item }) => ({ kind, item }));
  const { refunds } = deployment.rows('refunds');
  return { state, ledger: ledger.map(text).sort(), payments, refunds, open };
}

function webhooksOf({ core }: Stripe): readonly VerifiedWebhook[] {
  return [...core.world.store.values('event')].map((event) => {
    const object = event.data.object as Readonly<Record<string, unknown>>;
    return {
      id: event.id,
      type: event.type,
      apiVersion: event.api_version,
      livemode: false,
      objectId: String(object['payment_intent'] ?? object['id']),
      payload: JSON.stringify(event),
    };
  });
}

function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, at) =>
    permutations([...items.slice(0, at), ...items.slice(at + 1)]).map((rest) => [item, ...rest]),
  );
}

function drawOrders<T>(items: readonly T[], count: number, seed: string): readonly (readonly T[])[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const left = [...items];
    return items.flatMap(() => left.splice(random.below(left.length), 1));
  });
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}
