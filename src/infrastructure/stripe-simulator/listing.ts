import type { JsonObject } from './json.js';
import { integer, range, text, within } from './parameter-access.js';
import type { Collections } from './store.js';
import { resourceMissing } from './stripe-fault.js';
import type { Call, World } from './world.js';

/** A page of a list. */
export type ListObject = {
  readonly object: 'list';
  readonly data: readonly JsonObject[];
  readonly has_more: boolean;
  readonly url: string;
} & JsonObject;

/** The collections that the API lists. */
type Listed =
  | 'payment_intent'
  | 'charge'
  | 'refund'
  | 'customer'
  | 'payment_method'
  | 'setup_intent'
  | 'balance_transaction'
  | 'event';

const URLS: Readonly<Record<Listed, string>> = {
  payment_intent: '/v1/payment_intents',
  charge: '/v1/charges',
  refund: '/v1/refunds',
  customer: '/v1/customers',
  payment_method: '/v1/payment_methods',
  setup_intent: '/v1/setup_intents',
  balance_transaction: '/v1/balance_transactions',
  event: '/v1/events',
};

type Selection<K extends Listed> = {
  readonly by?: readonly [field: string, value: string] | undefined;
  readonly test?: (row: Collections[K]) => boolean;
  readonly url?: string;
};

/** One page, newest first, after the cursors and the `created` filter that the request carries. */
export function listPage<K extends Listed>(
  world: World,
  name: K,
  call: Call,
  selection: Selection<K> = {},
): ListObject {
  const limit = integer(call.params, 'limit') ?? 10;
  const after = text(call.params, 'starting_after');
  const before = text(call.params, 'ending_before');
  const created = range(call.params, 'created');
  for (const [cursor, param] of [[after, 'starting_after'] as const, [before, 'ending_before'] as const]) {
    if (cursor !== undefined && world.store.get(name, cursor) === undefined) {
      throw resourceMissing(name, cursor, param, 'parameter');
    }
  }
  const page: JsonObject[] = [];
  let passedCursor = after === undefined;
  let more = false;
  for (const row of world.store.newestFirst(name, selection.by)) {
    if (row.id === before) break;
    if (!passedCursor) {
      passedCursor = row.id === after;
      continue;
    }
    if (!within(created, row.created) || selection.test?.(row) === false) continue;
    if (before === undefined && page.length === limit) {
      more = true;
      break;
    }
    page.push(row);
    // With `ending_before` the page is the rows closest to the cursor, so earlier ones make room.
    if (before !== undefined && page.length > limit) {
      page.shift();
      more = true;
    }
  }
  return { object: 'list', data: page, has_more: more, url: selection.url ?? URLS[name] };
}
