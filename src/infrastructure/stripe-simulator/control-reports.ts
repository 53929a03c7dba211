import type { BehaviourQueue } from './behaviours.js';
import { ControlError } from './control-input.js';
import type { Json, JsonObject } from './json.js';
import { sumsByCurrency } from './money-lines.js';
import type { CollectionName } from './store.js';
import type { WebhookSender } from './webhook-sender.js';
import type { World } from './world.js';

const COUNTED: readonly CollectionName[] = [
  'payment_intent',
  'charge',
  'refund',
  'dispute',
  'customer',
  'payment_method',
  'setup_intent',
  'balance_transaction',
  'event',
  'idempotency',
  'delivery',
  'task',
];

/** `GET /sim/state`. */
export function stateReport(world: World, behaviours: BehaviourQueue, sender: WebhookSender): JsonObject {
  const counts = Object.fromEntries(COUNTED.map((name) => [name, world.store.size(name)]));
  return {
    counts,
    money_lines: world.store.money.length,
    queued_behaviors: behaviours.size,
    pending_deliveries: world.store.size('delivery'),
    webhooks: { ...sender.counts },
    now: world.clock.nowSeconds(),
    account: world.settings.accountId,
    api_version: world.settings.apiVersion,
  };
}

/** `GET /sim/journal`: lines from `from` on and the number to go on with. */
export function journalReport(world: World, query: string): JsonObject {
  const from = Number(new URLSearchParams(query).get('from') ?? '0');
  if (!Number.isSafeInteger(from) || from < 0) throw new ControlError('from must be a line number');
  const lines = world.store.money.slice(from);
  return { from, next: from + lines.length, lines: lines as unknown as Json };
}

/** `GET /sim/balance`: exact sums as texts, since they may outgrow what JSON numbers can hold. */
export function balanceReport(world: World): JsonObject {
  const sums = sumsByCurrency(world.store.money);
  return {
    currencies: Object.fromEntries(
      [...sums].map(([currency, { gross, fee, net, captured, refunded, returned, disputed }]) => [
        currency,
        {
          gross: String(gross),
          fees: String(fee),
          net: String(net),
          captured: String(captured),
          refunded: String(refunded),
          refunds_returned: String(returned),
          disputed: String(disputed),
        },
      ]),
    ),
  };
}
