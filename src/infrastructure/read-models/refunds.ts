import type { Pool } from 'pg';
import { paymentCodec } from '../../application/payment/payment.codec.js';
import type { RefundQueries, RefundRow, RefundStatus } from '../../application/ports/read-models.js';
import type { PaymentEvent } from '../../domain/payment/events.js';
import type { RefundId } from '../../domain/shared/ids.js';
import type { Projection, SqlStatement } from '../projections/projection.js';
import { onEvents, routeByCategory } from '../projections/projection.js';
import { Conditions, keysetPage } from './keyset-page.js';

const ddl = `
  create table refunds (
    id              text        primary key,
    payment         text        not null,
    status          text        not null,
    amount          bigint      not null,
    currency        text        not null,
    reason          text,
    failure_reason  text,
    provider_refund text,
    created_at      timestamptz not null
  ) with (fillfactor = 85);
  create index refunds_by_time    on refunds (created_at, id);
  create index refunds_by_payment on refunds (payment, created_at, id);
  create index refunds_by_status  on refunds (status, created_at, id);
`;

/** Pending from the request on: until the provider refuses it, a refund holds its part of the money. */
const insert = `insert into refunds (id, payment, status, amount, currency, reason, provider_refund, created_at)
  values ($1, $2, 'pending', $3, $4, $5, $6, $7)`;

function move(
  refundId: RefundId,
  status: RefundStatus,
  failureReason: string | null = null,
): readonly SqlStatement[] {
  return [
    {
      text: 'update refunds set status = $2, failure_reason = coalesce($3, failure_reason) where id = $1',
      values: [refundId, status, failureReason],
    },
  ];
}

const handlers = onEvents<PaymentEvent>(paymentCodec, {
  RefundRequested: ({ refundId, amount, refundReason, at }, { stream }) => [
    {
      text: insert,
      values: [refundId, paymentOf(stream), amount.minor, amount.currency, refundReason, null, at],
    },
  ],
  RefundAdopted: ({ refundId, amount, providerRefundId, at }, { stream }) => [
    {
      text: insert,
      values: [refundId, paymentOf(stream), amount.minor, amount.currency, null, providerRefundId, at],
    },
  ],
  RefundInitiated: ({ refundId, providerRefundId }) => [
    { text: 'update refunds set provider_refund = $2 where id = $1', values: [refundId, providerRefundId] },
  ],
  RefundRefused: ({ refundId, code }) => move(refundId, 'failed', code),
  RefundSucceeded: ({ refundId }) => move(refundId, 'succeeded'),
  RefundFailed: ({ refundId, failureReason }) => move(refundId, 'failed', failureReason),
  RefundCanceled: ({ refundId }) => move(refundId, 'canceled'),
});

function paymentOf(stream: string): string {
  return stream.slice(stream.indexOf('-') + 1);
}

export const refundsProjection: Projection = {
  name: 'refunds',
  version: 1,
  ddl,
  tables: { refunds: ['id'] },
  statementsOf: routeByCategory({ payment: handlers }),
};

export class PostgresRefundQueries implements RefundQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  list(filter: Parameters<RefundQueries['list']>[0]): ReturnType<RefundQueries['list']> {
    return keysetPage<RefundRow>(this.#pool, {
      select: `select id, payment, status, amount, currency, reason, failure_reason, provider_refund, created_at
               from read_refunds.refunds`,
      order: ['created_at', 'id'],
      cursor: '(select created_at, id from read_refunds.refunds where id = $)',
      conditions: new Conditions()
        .add('payment = $', filter.payment)
        .add('status = $', filter.status)
        .addCreated(filter),
      page: filter,
    });
  }

  async findPayment(refundId: string): Promise<string | undefined> {
    const { rows } = await this.#pool.query<{ payment: string }>(
      'select payment from read_refunds.refunds where id = $1',
      [refundId],
    );
    return rows[0]?.payment;
  }
}
