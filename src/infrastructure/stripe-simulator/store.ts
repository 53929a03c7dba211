import type { Journal } from './journal.js';
import type { NamedRow } from './journal-lines.js';
import { decodeRows, encodeRows } from './journal-lines.js';
import type { Json, JsonObject } from './json.js';
import type { MethodState } from './method-behaviour.js';
import type { MoneyLine } from './money-lines.js';
import type {
  BalanceTransaction,
  Charge,
  Customer,
  Dispute,
  PaymentIntent,
  PaymentMethod,
  Refund,
  SetupIntent,
  StripeEvent,
} from './resources.js';
import { Table } from './table.js';

/** A finished request under its idempotency key. */
export type IdempotencyRecord = {
  readonly id: string;
  readonly endpoint: string;
  readonly bytes_sha256: string;
  readonly api_version: string;
  readonly request_id: string;
  readonly created_ms: number;
  readonly status: number;
  readonly body: string;
};

/** An event that still has to reach an endpoint. */
export type Delivery = {
  readonly id: string;
  readonly event: string;
  readonly endpoint: string;
  readonly attempts: number;
  readonly due_ms: number;
};

/** Something that happens by itself when the virtual clock reaches it. */
export type Task = {
  readonly id: string;
  readonly due_ms: number;
  readonly kind: 'fail_refund' | 'succeed_refund' | 'settle_payment' | 'expire_authorization';
  readonly subject: string;
};

/** What the simulator remembers of a confirmation that is not finished yet. */
type Attempt = {
  readonly id: string;
  readonly authenticated: boolean;
  readonly off_session: boolean;
  readonly return_url: string | null;
};

export type Collections = {
  payment_intent: PaymentIntent;
  charge: Charge;
  refund: Refund;
  dispute: Dispute;
  customer: Customer;
  payment_method: PaymentMethod;
  setup_intent: SetupIntent;
  balance_transaction: BalanceTransaction;
  event: StripeEvent;
  method_state: MethodState;
  attempt: Attempt;
  task: Task;
  delivery: Delivery;
  idempotency: IdempotencyRecord;
};

export type CollectionName = keyof Collections;

type Tables = { readonly [K in CollectionName]: Table<Collections[K]> };

const newTables = (): Tables => ({
  payment_intent: new Table(['customer']),
  charge: new Table(['payment_intent', 'customer']),
  refund: new Table(['charge', 'payment_intent']),
  dispute: new Table(['charge']),
  customer: new Table([]),
  payment_method: new Table(['customer']),
  setup_intent: new Table(['customer', 'payment_method']),
  balance_transaction: new Table(['source']),
  event: new Table(['type']),
  method_state: new Table([]),
  attempt: new Table([]),
  task: new Table(['subject']),
  delivery: new Table(['event']),
  idempotency: new Table([]),
});

type Change = { readonly name: CollectionName; readonly id: string; readonly before: unknown };

/**
 * All state of the simulator. Changes are collected and become one journal line on `commit`, so a request's
 * effects, its events, its money lines and its saved answer are on disk together or not at all.
 */
export class Store {
  #tables = newTables();
  #money: MoneyLine[] = [];
  #pendingMoney: MoneyLine[] = [];
  #changes = new Map<string, Change>();
  #observer: (name: CollectionName, row: unknown, atMs: number) => void = () => {};
  readonly #journal: Journal | null;

  constructor(journal: Journal | null) {
    this.#journal = journal;
  }

  /** Calls back for each committed row, also during replay; the search view follows the store this way. */
  observe(observer: (name: CollectionName, row: unknown, atMs: number) => void): void {
    this.#observer = observer;
  }

  get<K extends CollectionName>(name: K, id: string): Collections[K] | undefined {
    return this.#tables[name].get(id);
  }

  put<K extends CollectionName>(name: K, row: Collections[K]): Collections[K] {
    this.#remember(name, row.id);
    this.#tables[name].put(row);
    return row;
  }

  remove(name: CollectionName, id: string): void {
    this.#remember(name, id);
    this.#tables[name].remove(id);
  }

  /** Rows of a collection, newest first. */
  newestFirst<K extends CollectionName>(
    name: K,
    by?: readonly [field: string, value: string],
  ): Generator<Collections[K]> {
    return this.#tables[name].newestFirst(by);
  }

  values<K extends CollectionName>(name: K): IterableIterator<Collections[K]> {
    return this.#tables[name].values();
  }

  size(name: CollectionName): number {
    return this.#tables[name].size;
  }

  /** Adds a line to the book of money movements. */
  recordMoney(line: MoneyLine): void {
    this.#pendingMoney.push(line);
  }

  /** The committed book of money movements, oldest first. */
  get money(): readonly MoneyLine[] {
    return this.#money;
  }

  /**
   * Makes all changes since the last commit durable as one journal line, with `extra` in it. `counters` only
   * ride along: they are no reason to write a line.
   */
  commit(atMs: number, extra: JsonObject = {}, counters: JsonObject = {}): void {
    const put: NamedRow[] = [];
    const del: Json[] = [];
    for (const { name, id } of this.#changes.values()) {
      const row = this.#tables[name].get(id);
      if (row === undefined) del.push([name, id]);
      else {
        put.push({ name, row: row as unknown as JsonObject });
        this.#observer(name, row, atMs);
      }
    }
    this.#changes = new Map();
    const money = this.#pendingMoney;
    this.#pendingMoney = [];
    this.#money.push(...money);
    if (this.#journal === null) return;
    const nothing = put.length + del.length + money.length + Object.keys(extra).length === 0;
    if (nothing) return;
    const rest = JSON.stringify({
      at: atMs,
      ...(del.length > 0 ? { del } : {}),
      ...(money.length > 0 ? { money } : {}),
      ...extra,
      ...counters,
    });
    this.#journal.append(put.length === 0 ? rest : `${rest.slice(0, -1)},"put":${encodeRows(put)}}`);
  }

  /** Takes back everything since the last commit; only a defect of the simulator itself leads here. */
  rollback(): void {
    for (const { name, id, before } of this.#changes.values()) {
      if (before === undefined) this.#tables[name].remove(id);
      else this.#tables[name].put(before as never);
    }
    this.#changes = new Map();
    this.#pendingMoney = [];
  }

  /** Reads the journal; `onExtra` receives each line for what is not a row (clock, counters). */
  replay(onExtra: (entry: JsonObject) => void): void {
    this.#journal?.replay((entry) => {
      const at = typeof entry['at'] === 'number' ? entry['at'] : 0;
      for (const { name, row } of decodeRows(entry['put'])) this.#restore(name, row, at);
      for (const item of listOf(entry['del'])) {
        if (Array.isArray(item) && isCollection(this.#tables, item[0])) {
          this.#tables[item[0]].remove(String(item[1]));
        }
      }
      for (const line of listOf(entry['money'])) this.#money.push(line as MoneyLine);
      onExtra(entry);
    });
  }

  /** Forgets all rows and the journal with them. */
  reset(): void {
    this.#tables = newTables();
    this.#money = [];
    this.#pendingMoney = [];
    this.#changes = new Map();
    this.#journal?.truncate();
  }

  #restore(name: string, row: JsonObject, at: number): void {
    if (!isCollection(this.#tables, name)) return;
    this.#tables[name].put(row as never);
    this.#observer(name, row, at);
  }

  #remember(name: CollectionName, id: string): void {
    const key = `${name}/${id}`;
    if (!this.#changes.has(key)) this.#changes.set(key, { name, id, before: this.#tables[name].get(id) });
  }
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function isCollection(tables: Tables, name: Json | undefined): name is CollectionName {
  return typeof name === 'string' && Object.hasOwn(tables, name);
}
