import type { Pool } from 'pg';
import { paymentCodec } from '../../application/payment/payment.codec.js';
import type { PaymentQueries, PaymentRow } from '../../application/ports/read-models.js';
import { idOf } from '../../application/shared/stream-parts.js';
import type { PaymentEvent } from '../../domain/payment/events.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { Envelope, Projection } from '../projections/projection.js';
import { onEvents, routeByCategory } from '../projections/projection.js';
import type { Row, RowChange } from '../projections/row-changes.js';
import { insert, update } from '../projections/row-changes.js';
import { Conditions, keysetPage } from './keyset-page.js';
import { stuckIds } from './stuck-payments.js';

/**
 * `step` is the domain's status without the cancellation that may be asked for on top of it; what the API shows
 * follows from both. Pending and succeeded refunds count as refunded. A refusal is on show until an attempt succeeds.
 * `status_since` is when the step, the wish to cancel, or what is refunded last changed.
 */
const ddl = `
  create table payments (
    id                text        primary key,
    step              text        not null,
    canceling         boolean     not null,
    amount            bigint      not null,
    currency          text        not null,
    amount_authorized bigint      not null,
    amount_captured   bigint      not null,
    amount_refunded   bigint      not null,
    fee               bigint,
    fee_currency      text,
    capture_method    text        not null,
    customer          text,
    "order"           text,
    description       text,
    metadata          jsonb       not null,
    payment_intent    text,
    last_refusal      jsonb,
    revision          bigint      not null,
    created_at        timestamptz not null,
    status_since      timestamptz not null,
    status            text        not null generated always as (
      case
        when canceling or step in ('confirming', 'processing', 'capturing') then 'processing'
        when step <> 'captured' then step
        when amount_refunded = 0 then 'succeeded'
        when amount_refunded < amount_captured then 'partially_refunded'
        else 'refunded'
      end) stored,
    last_error        jsonb       generated always as (
      case when step in ('authorized', 'capturing', 'captured') then null else last_refusal end) stored
  ) with (fillfactor = 85);
  create index payments_by_time     on payments (created_at, id);
  create index payments_by_status   on payments (status, created_at, id);
  create index payments_under_way   on payments (status, status_since)
    where status in ('processing', 'requires_action');
  create index payments_by_customer on payments (customer, created_at, id) where customer is not null;
  create index payments_by_order    on payments ("order", created_at, id) where "order" is not null;
  create index payments_by_currency on payments (currency, created_at, id);
  create index payments_declined    on payments (created_at, id) where last_error is not null;
  create index payments_by_intent   on payments (payment_intent) where payment_intent is not null;
`;

const columns = `id, status, amount, currency, amount_authorized, amount_captured, amount_refunded, fee,
  fee_currency, capture_method, customer, "order", description, metadata, payment_intent, last_error, revision,
  created_at`;

/** Changes the event's payment, and notes that it is the payment's latest. */
function change(
  { stream, revision }: Envelope,
  set: Row,
  add: Readonly<Record<string, bigint>> = {},
): readonly RowChange[] {
  const id = idOf(stream);
  return [update('payments', { id }, { revision, ...set }, add)];
}

/** Of a change that may be one of what the API shows as status. */
function enter(envelope: Envelope, at: Instant, set: Row): readonly RowChange[] {
  return change(envelope, { status_since: at, ...set });
}

const handlers = onEvents<PaymentEvent>(paymentCodec, {
  PaymentCreated: (event, { revision }) => [
    insert('payments', {
      id: event.paymentId,
      step: 'requires_payment_method',
      canceling: false,
      amount: event.amount.minor,
      currency: event.amount.currency,
      amount_authorized: 0n,
      amount_captured: 0n,
      amount_refunded: 0n,
      fee: null,
      fee_currency: null,
      capture_method: event.captureMethod,
      customer: event.customerId,
      order: event.orderId,
      description: event.description,
      metadata: event.metadata,
      payment_intent: null,
      last_refusal: null,
      revision,
      created_at: event.at,
      status_since: event.at,
    }),
  ],
  PaymentConfirmRequested: ({ at }, envelope) => enter(envelope, at, { step: 'confirming' }),
  PaymentActionRequired: (event, envelope) =>
    enter(envelope, event.at, { step: 'requires_action', payment_intent: event.intentId }),
  PaymentProcessingStarted: (event, envelope) =>
    enter(envelope, event.at, { step: 'processing', payment_intent: event.intentId }),
  PaymentDeclined: (event, envelope) =>
    enter(envelope, event.at, {
      step: 'requires_payment_method',
      payment_intent: event.intentId,
      last_refusal: errorOf(event.code, event.declineCode, event.message),
    }),
  PaymentAuthorized: (event, envelope) =>
    enter(envelope, event.at, {
      step: 'authorized',
      payment_intent: event.intentId,
      amount_authorized: event.amount.minor,
    }),
  PaymentCaptureRequested: ({ at }, envelope) => enter(envelope, at, { step: 'capturing' }),
  PaymentCaptureRefused: ({ at }, envelope) => enter(envelope, at, { step: 'authorized' }),
  PaymentCaptured: (event, envelope) =>
    enter(envelope, event.at, { step: 'captured', canceling: false, amount_captured: event.amount.minor }),
  PaymentFeeRecorded: (event, envelope) =>
    change(envelope, { fee: event.fee.minor, fee_currency: event.fee.currency }),
  PaymentCancelRequested: ({ at }, envelope) => enter(envelope, at, { canceling: true }),
  PaymentCancelRefused: ({ at }, envelope) => enter(envelope, at, { canceling: false }),
  PaymentCanceled: (event, envelope) =>
    enter(envelope, event.at, {
      step: 'canceled',
      canceling: false,
      payment_intent: event.intentId,
      amount_authorized: 0n,
    }),
  PaymentFailed: (event, envelope) =>
    enter(envelope, event.at, { step: 'failed', last_refusal: errorOf(event.code, null, event.message) }),
  RefundRequested: (_event, envelope) => change(envelope, {}),
  RefundApprovalRequested: (_event, envelope) => change(envelope, {}),
  RefundApproved: (_event, envelope) => change(envelope, {}),
  RefundRejected: (_event, envelope) => change(envelope, {}),
  RefundRefused: (_event, envelope) => change(envelope, {}),
  RefundInitiated: (event, envelope) => refunded(envelope, event.at, event.amount.minor),
  RefundAdopted: (event, envelope) => refunded(envelope, event.at, event.amount.minor),
  RefundSucceeded: (_event, envelope) => change(envelope, {}),
  RefundFailed: (event, envelope) => refunded(envelope, event.at, -event.amount.minor),
  RefundCancelRequested: (_event, envelope) => change(envelope, {}),
  RefundCancelRefused: (_event, envelope) => change(envelope, {}),
  RefundCanceled: (event, envelope) => refunded(envelope, event.at, -event.amount.minor),
  PaymentKeptAsCredit: (_event, envelope) => change(envelope, {}),
  PaymentCreditRefunded: (_event, envelope) => change(envelope, {}),
  DisputeOpened: (_event, envelope) => change(envelope, {}),
  DisputeEscalated: (_event, envelope) => change(envelope, {}),
  DisputeFundsWithdrawn: (_event, envelope) => change(envelope, {}),
  DisputeFundsReinstated: (_event, envelope) => change(envelope, {}),
  DisputeAnswered: (_event, envelope) => change(envelope, {}),
  DisputeClosed: (_event, envelope) => change(envelope, {}),
});

function refunded(envelope: Envelope, at: Instant, minor: bigint): readonly RowChange[] {
  return change(envelope, { status_since: at }, { amount_refunded: minor });
}

function errorOf(code: string, declineCode: string | null, message: string) {
  return { code, decline_code: declineCode, message } satisfies PaymentRow['last_error'];
}

export const paymentsProjection: Projection = {
  name: 'payments',
  version: 2,
  ddl,
  tables: { payments: ['id'] },
  changesOf: routeByCategory({ payment: handlers }),
};

export class PostgresPaymentQueries implements PaymentQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  list(filter: Parameters<PaymentQueries['list']>[0]): ReturnType<PaymentQueries['list']> {
    const conditions = new Conditions()
      .add('status = $', filter.status)
      .add('customer = $', filter.customer)
      .add('"order" = $', filter.order)
      .add('currency = $', filter.currency)
      .addCreated(filter);
    if (filter.declined === true) conditions.addEither([{ text: 'last_error is not null', values: [] }]);
    if (filter.stuckAt !== undefined) {
      const { text, values } = stuckIds(filter.stuckAt);
      conditions.addEither([{ text: `id = any(array(${text}))`, values }]);
    }
    return keysetPage<PaymentRow>(this.#pool, {
      select: `select ${columns} from read_payments.payments`,
      order: ['created_at', 'id'],
      cursor: '(select created_at, id from read_payments.payments where id = $)',
      conditions,
      page: filter,
    });
  }

  async findByIntent(intentId: string): Promise<string | undefined> {
    const { rows } = await this.#pool.query<{ id: string }>(
      'select id from read_payments.payments where payment_intent = $1',
      [intentId],
    );
    return rows[0]?.id;
  }
}
