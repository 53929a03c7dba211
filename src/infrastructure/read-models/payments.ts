import type { Pool } from 'pg';
import { paymentCodec } from '../../application/payment/payment.codec.js';
import type { PaymentQueries, PaymentRow } from '../../application/ports/read-models.js';
import type { PaymentEvent } from '../../domain/payment/events.js';
import type { Envelope, Projection, SqlStatement } from '../projections/projection.js';
import { onEvents, routeByCategory } from '../projections/projection.js';
import { Conditions, keysetPage } from './keyset-page.js';

/**
 * `step` is the domain's status without the cancellation that may be asked for on top of it; what the API shows
 * follows from both. Pending and succeeded refunds count as refunded.
 */
const ddl = `
  create table payments (
    id                text        primary key,
    step              text        not null default 'requires_payment_method',
    canceling         boolean     not null default false,
    amount            bigint      not null,
    currency          text        not null,
    amount_authorized bigint      not null default 0,
    amount_captured   bigint      not null default 0,
    amount_refunded   bigint      not null default 0,
    fee               bigint,
    fee_currency      text,
    capture_method    text        not null,
    customer          text,
    "order"           text,
    description       text,
    metadata          jsonb       not null,
    payment_intent    text,
    last_error        jsonb,
    revision          bigint      not null,
    created_at        timestamptz not null,
    status            text        not null generated always as (
      case
        when canceling or step in ('confirming', 'processing', 'capturing') then 'processing'
        when step <> 'captured' then step
        when amount_refunded = 0 then 'succeeded'
        when amount_refunded < amount_captured then 'partially_refunded'
        else 'refunded'
      end) stored
  ) with (fillfactor = 85);
  create index payments_by_time     on payments (created_at, id);
  create index payments_by_status   on payments (status, created_at, id);
  create index payments_by_customer on payments (customer, created_at, id) where customer is not null;
  create index payments_by_order    on payments ("order", created_at, id) where "order" is not null;
  create index payments_by_currency on payments (currency, created_at, id);
  create index payments_by_intent   on payments (payment_intent) where payment_intent is not null;
`;

const columns = `id, status, amount, currency, amount_authorized, amount_captured, amount_refunded, fee,
  fee_currency, capture_method, customer, "order", description, metadata, payment_intent, last_error, revision,
  created_at`;

/** Sets columns of the event's payment; the values follow $1, the id, and $2, the revision. */
function update(
  envelope: Envelope,
  assignments: string,
  ...values: SqlStatement['values']
): readonly SqlStatement[] {
  return [
    {
      text: `update payments set revision = $2${assignments === '' ? '' : `, ${assignments}`} where id = $1`,
      values: [paymentOf(envelope), envelope.revision, ...values],
    },
  ];
}

function paymentOf({ stream }: Envelope): string {
  return stream.slice(stream.indexOf('-') + 1);
}

const handlers = onEvents<PaymentEvent>(paymentCodec, {
  PaymentCreated: (event, { revision }) => [
    {
      text: `insert into payments (id, amount, currency, capture_method, customer, "order", description, metadata,
               revision, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      values: [
        event.paymentId,
        event.amount.minor,
        event.amount.currency,
        event.captureMethod,
        event.customerId,
        event.orderId,
        event.description,
        event.metadata,
        revision,
        event.at,
      ],
    },
  ],
  PaymentConfirmRequested: (_event, envelope) => update(envelope, `step = 'confirming'`),
  PaymentActionRequired: (event, envelope) =>
    update(envelope, `step = 'requires_action', payment_intent = $3`, event.intentId),
  PaymentProcessingStarted: (event, envelope) =>
    update(envelope, `step = 'processing', payment_intent = $3`, event.intentId),
  PaymentDeclined: (event, envelope) =>
    update(
      envelope,
      `step = 'requires_payment_method', payment_intent = $3, last_error = $4`,
      event.intentId,
      errorOf(event.code, event.declineCode, event.message),
    ),
  PaymentAuthorized: (event, envelope) =>
    update(
      envelope,
      `step = 'authorized', payment_intent = $3, amount_authorized = $4`,
      event.intentId,
      event.amount.minor,
    ),
  PaymentCaptureRequested: (_event, envelope) => update(envelope, `step = 'capturing'`),
  PaymentCaptureRefused: (_event, envelope) => update(envelope, `step = 'authorized'`),
  PaymentCaptured: (event, envelope) =>
    update(envelope, `step = 'captured', canceling = false, amount_captured = $3`, event.amount.minor),
  PaymentFeeRecorded: (event, envelope) =>
    update(envelope, 'fee = $3, fee_currency = $4', event.fee.minor, event.fee.currency),
  PaymentCancelRequested: (_event, envelope) => update(envelope, 'canceling = true'),
  PaymentCancelRefused: (_event, envelope) => update(envelope, 'canceling = false'),
  PaymentCanceled: (_event, envelope) => update(envelope, `step = 'canceled', canceling = false`),
  PaymentFailed: (event, envelope) =>
    update(envelope, `step = 'failed', last_error = $3`, errorOf(event.code, null, event.message)),
  RefundRequested: (_event, envelope) => update(envelope, ''),
  RefundRefused: (_event, envelope) => update(envelope, ''),
  RefundInitiated: (event, envelope) => refunded(envelope, event.amount.minor),
  RefundAdopted: (event, envelope) => refunded(envelope, event.amount.minor),
  RefundSucceeded: (_event, envelope) => update(envelope, ''),
  RefundFailed: (event, envelope) => refunded(envelope, -event.amount.minor),
  RefundCanceled: (event, envelope) => refunded(envelope, -event.amount.minor),
});

function refunded(envelope: Envelope, minor: bigint): readonly SqlStatement[] {
  return update(envelope, 'amount_refunded = amount_refunded + $3', minor);
}

function errorOf(code: string, declineCode: string | null, message: string) {
  return { code, decline_code: declineCode, message } satisfies PaymentRow['last_error'];
}

export const paymentsProjection: Projection = {
  name: 'payments',
  version: 1,
  ddl,
  tables: { payments: ['id'] },
  statementsOf: routeByCategory({ payment: handlers }),
};

export class PostgresPaymentQueries implements PaymentQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  list(filter: Parameters<PaymentQueries['list']>[0]): ReturnType<PaymentQueries['list']> {
    return keysetPage<PaymentRow>(this.#pool, {
      select: `select ${columns} from read_payments.payments`,
      order: ['created_at', 'id'],
      cursor: '(select created_at, id from read_payments.payments where id = $)',
      conditions: new Conditions()
        .add('status = $', filter.status)
        .add('customer = $', filter.customer)
        .add('"order" = $', filter.order)
        .add('currency = $', filter.currency)
        .addCreated(filter),
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
