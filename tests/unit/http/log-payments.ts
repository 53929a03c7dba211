import { paymentCodec } from '../../../src/application/payment/payment.codec.js';
import { stuckAt } from '../../../src/application/payment/stuck-payments.js';
import type { EventStore } from '../../../src/application/ports/event-store.js';
import type { PaymentQueries, PaymentRow } from '../../../src/application/ports/read-models.js';
import { createCommandHandler } from '../../../src/application/shared/command-handler.js';
import { payment } from '../../../src/domain/payment/payment.js';
import { paymentOfState } from '../../../src/interfaces/http/payment/payment-object.js';

/** Payments as the log tells of them when it is asked, newest first: never behind. */
export class LogPaymentQueries implements PaymentQueries {
  readonly #store: EventStore;
  readonly #handler: ReturnType<typeof handlerOver>;

  constructor(store: EventStore) {
    this.#store = store;
    this.#handler = handlerOver(store);
  }

  async list(filter: Parameters<PaymentQueries['list']>[0]) {
    const all = (await this.#all()).filter((row) => matches(row, filter));
    const { startingAfter: after, limit } = filter;
    const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
    return { rows: all.slice(from, from + limit), hasMore: all.length > from + limit };
  }

  async findByIntent(intentId: string): Promise<string | undefined> {
    return (await this.#all()).find(({ payment_intent: intent }) => intent === intentId)?.id;
  }

  async #all(): Promise<readonly PaymentRow[]> {
    const created = (await this.#store.readAll(0n, 10_000)).filter(({ type }) => type === 'PaymentCreated');
    const rows: PaymentRow[] = [];
    for (const { stream } of created.reverse()) {
      const { state, revision } = await this.#handler.load(stream.slice('payment-'.length));
      if (state.status === 'absent' || revision === null) continue;
      const shown = paymentOfState(state, revision, false);
      rows.push({ ...shown, payment_intent: shown.provider.payment_intent, fee: null, fee_currency: null });
    }
    return rows;
  }
}

function handlerOver(eventStore: EventStore) {
  return createCommandHandler({ eventStore, decider: payment, codec: paymentCodec, category: 'payment' });
}

function matches(row: PaymentRow, filter: Parameters<PaymentQueries['list']>[0]): boolean {
  const { status, customer, order, currency, declined, stuckAt: at } = filter;
  if ((status ?? row.status) !== row.status || (currency ?? row.currency) !== row.currency) return false;
  if (customer !== null && row.customer !== customer) return false;
  if (order !== null && row.order !== order) return false;
  if (declined === true && row.last_error === null) return false;
  if (at === undefined) return true;
  // Its payments come to their state when they are made, and are made by card.
  const { processingSinceLte, requiresActionSinceLte } = stuckAt(at);
  if (row.status === 'processing') return row.created_at <= processingSinceLte.card;
  return row.status === 'requires_action' && row.created_at <= requiresActionSinceLte;
}
