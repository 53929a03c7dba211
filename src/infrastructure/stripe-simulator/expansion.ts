import { EVENT_RETENTION_SECONDS } from './events.js';
import type { Json, JsonObject } from './json.js';
import { isJsonObject } from './json.js';
import { invalidRequest } from './stripe-fault.js';
import type { World } from './world.js';

const DEPTH_MAX = 4;

/** Longest prefixes first: `pyr_` refunds must not be taken for `py_` charges. */
const KINDS = [
  ['pi_', 'payment_intent'],
  ['ch_', 'charge'],
  ['pyr_', 'refund'],
  ['py_', 'charge'],
  ['re_', 'refund'],
  ['dp_', 'dispute'],
  ['cus_', 'customer'],
  ['pm_', 'payment_method'],
  ['seti_', 'setup_intent'],
  ['txn_', 'balance_transaction'],
] as const;

/** The object as the API shows it now: some fields depend on the clock or on deliveries. */
export function present(world: World, value: JsonObject): JsonObject {
  if (value['object'] === 'balance_transaction') {
    const available = Number(value['available_on']) <= world.clock.nowSeconds();
    return { ...value, status: available ? 'available' : 'pending' };
  }
  if (value['object'] === 'event') {
    const pending = [...world.store.newestFirst('delivery', ['event', String(value['id'])])].length;
    return { ...value, pending_webhooks: pending };
  }
  if (value['object'] === 'list' && Array.isArray(value['data'])) {
    return { ...value, data: value['data'].map((row) => (isJsonObject(row) ? present(world, row) : row)) };
  }
  return value;
}

/** Replaces ids by the objects they stand for, along each dotted path of `expand`. */
export function expand(world: World, value: JsonObject, paths: readonly string[]): JsonObject {
  let result = value;
  for (const path of paths) {
    const segments = path.split('.');
    const depth = segments[0] === 'data' ? segments.length - 1 : segments.length;
    if (depth > DEPTH_MAX) {
      throw invalidRequest(`You cannot expand more than ${DEPTH_MAX} levels of a property`, {
        param: 'expand',
      });
    }
    result = expandPath(world, result, segments, path);
  }
  return result;
}

function expandPath(world: World, value: JsonObject, segments: readonly string[], path: string): JsonObject {
  const [head = '', ...rest] = segments;
  const current = head === 'refunds' && value['object'] === 'charge' ? refundsOf(world, value) : value[head];
  if (current === undefined) {
    throw invalidRequest(
      `This property cannot be expanded (${path}). You may want to try expanding 'data.${path}' instead.`,
      { param: 'expand' },
    );
  }
  return { ...value, [head]: expandValue(world, current, rest, path) };
}

function expandValue(world: World, current: Json, rest: readonly string[], path: string): Json {
  if (current === null) return null;
  if (typeof current === 'string') {
    const object = objectOf(world, current);
    if (object === undefined)
      throw invalidRequest(`This property cannot be expanded (${path}).`, { param: 'expand' });
    return rest.length === 0 ? object : expandPath(world, object, rest, path);
  }
  if (Array.isArray(current)) {
    return current.map((entry) =>
      isJsonObject(entry) && rest.length > 0 ? expandPath(world, entry, rest, path) : entry,
    );
  }
  if (isJsonObject(current) && rest.length > 0) return expandPath(world, current, rest, path);
  return current;
}

function objectOf(world: World, id: string): JsonObject | undefined {
  const kind = KINDS.find(([prefix]) => id.startsWith(prefix));
  const row: JsonObject | undefined = kind && world.store.get(kind[1], id);
  return row && present(world, row);
}

function refundsOf(world: World, charge: JsonObject): JsonObject {
  const id = String(charge['id']);
  const all = [...world.store.newestFirst('refund', ['charge', id])];
  return {
    object: 'list',
    data: all.slice(0, 10),
    has_more: all.length > 10,
    url: `/v1/charges/${id}/refunds`,
  };
}

/** Whether an event is young enough for the API to know it. */
export function isRetained(world: World, createdSeconds: number): boolean {
  return createdSeconds > world.clock.nowSeconds() - EVENT_RETENTION_SECONDS;
}
