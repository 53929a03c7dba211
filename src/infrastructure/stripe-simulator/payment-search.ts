import type { JsonObject } from './json.js';
import { integer, requiredText, text } from './parameter-access.js';
import type { PaymentIntent } from './resources.js';
import { invalidRequest } from './stripe-fault.js';
import type { Call, World } from './world.js';

type Version = { readonly visibleFromMs: number; readonly intent: PaymentIntent };

/**
 * The lagging copy that `/v1/payment_intents/search` looks at. Stripe's search shows new data after about a
 * minute, so a program that searches right after writing must not find what it wrote.
 */
export class SearchView {
  readonly #visible = new Map<string, PaymentIntent>();
  /** Versions in the order of their writing; those before `#next` are already visible. */
  #versions: Version[] = [];
  #next = 0;

  /** Takes note of a new version of an intent. */
  follow(intent: PaymentIntent, atMs: number, delayMs: number, nowMs: number): void {
    this.#versions.push({ visibleFromMs: atMs + delayMs, intent });
    this.#reveal(nowMs);
  }

  /** Newest first, as of now minus the delay. */
  intents(nowMs: number): PaymentIntent[] {
    this.#reveal(nowMs);
    return [...this.#visible.values()].reverse();
  }

  clear(): void {
    this.#visible.clear();
    this.#versions = [];
    this.#next = 0;
  }

  #reveal(nowMs: number): void {
    for (;;) {
      const version = this.#versions[this.#next];
      if (version === undefined || version.visibleFromMs > nowMs) break;
      this.#visible.set(version.intent.id, version.intent);
      this.#next += 1;
    }
    // Dropping the shown versions in batches keeps each write cheap.
    if (this.#next > 1000 && this.#next * 2 > this.#versions.length) {
      this.#versions = this.#versions.slice(this.#next);
      this.#next = 0;
    }
  }
}

/** `GET /v1/payment_intents/search` over the lagging copy. */
export function searchIntents(view: SearchView, world: World, call: Call): JsonObject {
  const matches = parseQuery(requiredText(call.params, 'query'));
  const limit = integer(call.params, 'limit') ?? 10;
  const page = text(call.params, 'page');
  const offset = page === undefined ? 0 : Number(Buffer.from(page, 'base64url').toString('utf8'));
  if (!Number.isSafeInteger(offset) || offset < 0) throw invalidRequest('Invalid page', { param: 'page' });
  const found = view.intents(world.clock.nowMs()).filter(matches);
  const more = found.length > offset + limit;
  return {
    object: 'search_result',
    data: found.slice(offset, offset + limit),
    has_more: more,
    next_page: more ? Buffer.from(String(offset + limit)).toString('base64url') : null,
    url: '/v1/payment_intents/search',
  };
}

type Predicate = (intent: PaymentIntent) => boolean;

const CLAUSE =
  /^\s*(-?)(metadata\[(?:"([^"]*)"|'([^']*)')\]|[a-z_]+)\s*(>=|<=|:|~|>|<)\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([\w.-]+))/;
const SEARCHABLE = ['amount', 'created', 'currency', 'customer', 'status'];

/** Stripe's query language: clauses joined by AND or by OR (not both), `-` negates, `~` is substring. */
function parseQuery(query: string): Predicate {
  const clauses: Predicate[] = [];
  let joiner: string | null = null;
  let rest = query;
  for (;;) {
    const match = CLAUSE.exec(rest);
    if (match === null)
      throw invalidRequest(`We were unable to parse your search query: ${query}`, { param: 'query' });
    clauses.push(clause(match));
    rest = rest.slice(match[0].length);
    if (rest.trim() === '') break;
    const joined = /^\s+(AND|OR)\b|^\s+/i.exec(rest);
    const next = (joined?.[1] ?? 'AND').toUpperCase();
    if (joined === null || (joiner !== null && joiner !== next)) {
      throw invalidRequest(`We were unable to parse your search query: ${query}`, { param: 'query' });
    }
    joiner = next;
    rest = rest.slice(joined[0].length);
  }
  return joiner === 'OR'
    ? (intent) => clauses.some((test) => test(intent))
    : (intent) => clauses.every((test) => test(intent));
}

function clause(match: RegExpExecArray): Predicate {
  const negated = match[1] === '-';
  const field = match[2] ?? '';
  const key = match[3] ?? match[4];
  const operator = match[5] ?? ':';
  const quoted = match[6] ?? match[7];
  const wanted = quoted?.replaceAll(/\\(.)/g, '$1') ?? match[8] ?? '';
  if (key === undefined && !SEARCHABLE.includes(field)) {
    throw invalidRequest(
      `Field \`${field}\` is an unsupported search field for resource \`payment_intents\`.`,
      {
        param: 'query',
      },
    );
  }
  return (intent) => {
    const actual = key === undefined ? intent[field] : intent.metadata[key];
    const hit =
      quoted === undefined && wanted === 'null'
        ? actual === undefined || actual === null
        : compare(actual as string | number | null | undefined, operator, wanted);
    return hit !== negated;
  };
}

function compare(actual: string | number | null | undefined, operator: string, wanted: string): boolean {
  if (actual === null || actual === undefined) return false;
  if (operator === '~') return String(actual).includes(wanted);
  if (operator === ':') return String(actual).toLowerCase() === wanted.toLowerCase();
  const difference = Number(actual) - Number(wanted);
  if (operator === '>') return difference > 0;
  if (operator === '>=') return difference >= 0;
  return operator === '<' ? difference < 0 : difference <= 0;
}
