import type { Pool } from 'pg';
import { orderCodec } from '../../application/order/order.codec.js';
import type { OrderQueries, OrderRow, OrderStatus } from '../../application/ports/order-queries.js';
import { readTerms, writeTerms } from '../../application/shared/stored-terms.js';
import { idOf } from '../../application/shared/stream-parts.js';
import type { OrderEvent } from '../../domain/order/messages.js';
import type { Envelope, Projection } from '../projections/projection.js';
import { onEvents, routeByCategory } from '../projections/projection.js';
import type { Row, RowChange } from '../projections/row-changes.js';
import { insert, update } from '../projections/row-changes.js';
import { Conditions, keysetPage } from './keyset-page.js';

/** `step` is the flow without its payment, which may come before the work or, where the terms allow it, after. */
const ddl = `
  create table orders (
    id             text        primary key,
    step           text        not null,
    customer       text        not null,
    currency       text        not null,
    total          bigint,
    amount_settled bigint,
    terms          text,
    approved_on    text,
    description    text,
    metadata       jsonb       not null,
    revision       bigint      not null,
    created_at     timestamptz not null,
    status         text        not null generated always as (
      case when step = 'payment_pending' and amount_settled is not null then 'paid' else step end) stored
  ) with (fillfactor = 85);
  create index orders_by_time     on orders (created_at, id);
  create index orders_by_status   on orders (status, created_at, id);
  create index orders_by_customer on orders (customer, created_at, id);
`;

type Step = Exclude<OrderStatus, 'paid'>;

/** Changes the event's order, and notes that it is the order's latest. */
function change({ stream, revision }: Envelope, set: Row & { readonly step?: Step }): readonly RowChange[] {
  return [update('orders', { id: idOf(stream) }, { revision, ...set })];
}

const handlers = onEvents<OrderEvent>(orderCodec, {
  OrderOpened: (event, { revision }) => [
    insert('orders', {
      id: event.orderId,
      step: 'configuring',
      customer: event.customerId,
      currency: event.currency,
      total: null,
      amount_settled: null,
      terms: null,
      approved_on: null,
      description: event.description,
      metadata: event.metadata,
      revision,
      created_at: event.at,
    }),
  ],
  OrderTotalSet: (event, envelope) => change(envelope, { total: event.total.minor }),
  OrderAnalysisStarted: (_event, envelope) => change(envelope, { step: 'analyzing' }),
  OrderReviewStarted: (_event, envelope) => change(envelope, { step: 'reviewing' }),
  OrderApproved: (event, envelope) =>
    change(envelope, {
      step: 'payment_pending',
      total: event.total.minor,
      terms: writeTerms(event.terms),
      approved_on: event.approvedOn,
    }),
  OrderTotalAmended: (event, envelope) => change(envelope, { total: event.to.minor }),
  OrderPaid: (event, envelope) => change(envelope, { amount_settled: event.settled.minor }),
  OrderWorkStarted: (_event, envelope) => change(envelope, { step: 'in_progress' }),
  OrderCompleted: (_event, envelope) => change(envelope, { step: 'completed' }),
  OrderCanceled: (_event, envelope) => change(envelope, { step: 'canceled' }),
});

export const ordersProjection: Projection = {
  name: 'orders',
  version: 1,
  ddl,
  tables: { orders: ['id'] },
  changesOf: routeByCategory({ order: handlers }),
};

type StoredRow = Omit<OrderRow, 'terms'> & { readonly terms: string | null };

export class PostgresOrderQueries implements OrderQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async list(filter: Parameters<OrderQueries['list']>[0]): ReturnType<OrderQueries['list']> {
    const page = await keysetPage<StoredRow>(this.#pool, {
      select: `select id, status, customer, currency, total, amount_settled, terms, approved_on, description, metadata,
                 revision, created_at from read_orders.orders`,
      order: ['created_at', 'id'],
      cursor: '(select created_at, id from read_orders.orders where id = $)',
      conditions: new Conditions()
        .add('status = $', filter.status)
        .add('customer = $', filter.customer)
        .addCreated(filter),
      page: filter,
    });
    const rows = page.rows.map((row) => ({
      ...row,
      terms: row.terms === null ? null : readTerms(row.terms),
    }));
    return { ...page, rows };
  }
}
