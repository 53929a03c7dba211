import type { Pool } from 'pg';
import { paymentCodec } from '../../application/payment/payment.codec.js';
import type { RefundQueries, RefundRow, RefundStatus } from '../../application/ports/read-models.js';
import { idOf } from '../../application/shared/stream-parts.js';
import type { PaymentEvent, PaymentEventOf } from '../../domain/payment/events.js';
import type { RefundId } from '../../domain/shared/ids.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { Envelope, Projection } from '../projections/projection.js';
import { onEvents, routeByCategory } from '../projections/projection.js';
import type { RowChange } from '../projections/row-changes.js';
import { insert, update } from '../projections/row-changes.js';
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
    requested_by    text,
    decided_by      text,
    created_at      timestamptz not null,
    status_since    timestamptz not null
  ) with (fillfactor = 85);
  create index refunds_by_time    on refunds (created_at, id);
  create index refunds_by_payment on refunds (payment, created_at, id);
  create index refunds_by_status  on refunds (status, created_at, id);
  create index refunds_pending    on refunds (status_since) where status = 'pending';
`;

/** Pending from the request on: until the provider refuses it, a refund holds its part of the money. */
const handlers = onEvents<PaymentEvent>(paymentCodec, {
  RefundRequested: (event, envelope) => open(event, envelope, { reason: event.refundReason }),
  RefundApprovalRequested: (event, envelope) =>
    open(event, envelope, {
      status: 'requires_approval',
      reason: event.refundReason,
      requested_by: event.requestedBy,
    }),
  RefundAdopted: (event, envelope) => open(event, envelope, { provider_refund: event.providerRefundId }),
  RefundApproved: ({ refundId, at, approvedBy }) =>
    move(refundId, at, { status: 'pending', decided_by: approvedBy }),
  RefundRejected: ({ refundId, at, rejectedBy }) =>
    move(refundId, at, { status: 'rejected', decided_by: rejectedBy }),
  RefundInitiated: ({ refundId, providerRefundId }) => [
    update('refunds', { id: refundId }, { provider_refund: providerRefundId }),
  ],
  RefundRefused: ({ refundId, at, code }) => move(refundId, at, { status: 'failed', failure_reason: code }),
  RefundSucceeded: ({ refundId, at }) => move(refundId, at, { status: 'succeeded' }),
  RefundFailed: ({ refundId, at, failureReason }) =>
    move(refundId, at, { status: 'failed', failure_reason: failureReason }),
  RefundCanceled: ({ refundId, at }) => move(refundId, at, { status: 'canceled' }),
});

function open(
  event: PaymentEventOf<'RefundRequested' | 'RefundApprovalRequested' | 'RefundAdopted'>,
  { stream }: Envelope,
  known: Partial<Pick<RefundRow, 'status' | 'reason' | 'provider_refund' | 'requested_by'>>,
): readonly RowChange[] {
  return [
    insert('refunds', {
      id: event.refundId,
      payment: idOf(stream),
      status: 'pending',
      amount: event.amount.minor,
      currency: event.amount.currency,
      reason: null,
      failure_reason: null,
      provider_refund: null,
      requested_by: null,
      decided_by: null,
      created_at: event.at,
      status_since: event.at,
      ...known,
    }),
  ];
}

function move(
  refundId: RefundId,
  at: Instant,
  set: { readonly status: RefundStatus; readonly failure_reason?: string; readonly decided_by?: string },
): readonly RowChange[] {
  return [update('refunds', { id: refundId }, { status_since: at, ...set })];
}

export const refundsProjection: Projection = {
  name: 'refunds',
  version: 3,
  ddl,
  tables: { refunds: ['id'] },
  changesOf: routeByCategory({ payment: handlers }),
};

export class PostgresRefundQueries implements RefundQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  list(filter: Parameters<RefundQueries['list']>[0]): ReturnType<RefundQueries['list']> {
    return keysetPage<RefundRow>(this.#pool, {
      select: `select id, payment, status, amount, currency, reason, failure_reason, provider_refund,
                 requested_by, decided_by, created_at
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
