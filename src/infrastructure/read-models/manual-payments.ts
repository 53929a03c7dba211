import type { Pool } from 'pg';
import { manualPaymentCodec } from '../../application/manual-payment/manual-payment.codec.js';
import type {
  ManualPaymentQueries,
  ManualPaymentRow,
  ManualPaymentStatus,
} from '../../application/ports/manual-payment-queries.js';
import { idOf } from '../../application/shared/stream-parts.js';
import type { ManualPaymentEvent } from '../../domain/manual-payment/messages.js';
import type { Envelope, Projection } from '../projections/projection.js';
import { onEvents, routeByCategory } from '../projections/projection.js';
import type { Row, RowChange } from '../projections/row-changes.js';
import { insert, update } from '../projections/row-changes.js';
import { Conditions, keysetPage } from './keyset-page.js';

const ddl = `
  create table manual_payments (
    id                  text        primary key,
    status              text        not null,
    customer            text        not null,
    invoice             text,
    method              text        not null,
    amount              bigint      not null,
    currency            text        not null,
    amount_applied      bigint      not null,
    amount_credited     bigint      not null,
    reference           text        not null,
    received_on         text        not null,
    recorded_on         text        not null,
    value_on            text        not null,
    evidence_sha256     text,
    recorded_by         text        not null,
    needs_second_person boolean     not null,
    verified_by         text,
    reversal_cause      text,
    reversal_fee        bigint,
    revision            bigint      not null,
    created_at          timestamptz not null
  ) with (fillfactor = 85);
  create index manual_payments_by_time      on manual_payments (created_at, id);
  create index manual_payments_by_status    on manual_payments (status, created_at, id);
  create index manual_payments_by_customer  on manual_payments (customer, created_at, id);
  create index manual_payments_by_invoice   on manual_payments (invoice, created_at, id) where invoice is not null;
  create index manual_payments_by_reference on manual_payments (reference, created_at, id);
`;

const columns = `id, status, customer, invoice, method, amount, currency, amount_applied, amount_credited, reference, received_on,
  recorded_on, value_on, evidence_sha256, recorded_by, needs_second_person, verified_by, reversal_cause, reversal_fee,
  revision, created_at`;

/** Changes the event's payment, and notes that it is the payment's latest. */
function change(
  { stream, revision }: Envelope,
  set: Row & { readonly status?: ManualPaymentStatus },
  add: Readonly<Record<string, bigint>> = {},
): readonly RowChange[] {
  const id = idOf(stream);
  return [update('manual_payments', { id }, { revision, ...set }, add)];
}

const handlers = onEvents<ManualPaymentEvent>(manualPaymentCodec, {
  ManualPaymentRecorded: (event, { revision }) => [
    insert('manual_payments', {
      id: event.manualPaymentId,
      status: 'recorded',
      customer: event.customerId,
      invoice: event.invoiceId,
      method: event.method,
      amount: event.amount.minor,
      currency: event.amount.currency,
      amount_applied: 0n,
      amount_credited: 0n,
      reference: event.reference,
      received_on: event.receivedOn,
      recorded_on: event.recordedOn,
      value_on: event.valueOn,
      evidence_sha256: event.evidenceSha256,
      recorded_by: event.recordedBy,
      needs_second_person: event.needsSecondPerson,
      verified_by: null,
      reversal_cause: null,
      reversal_fee: null,
      revision,
      created_at: event.at,
    }),
  ],
  ManualPaymentVerified: (event, envelope) =>
    change(envelope, { status: 'verified', verified_by: event.verifiedBy }),
  ManualPaymentRejected: (_event, envelope) => change(envelope, { status: 'rejected' }),
  ManualPaymentReversed: (event, envelope) =>
    change(envelope, {
      status: 'reversed',
      reversal_cause: event.cause,
      reversal_fee: event.fee === null ? null : event.fee.minor,
    }),
  ManualPaymentApplied: (event, envelope) => change(envelope, {}, { amount_applied: event.amount.minor }),
  ManualPaymentUnapplied: (event, envelope) => change(envelope, {}, { amount_applied: -event.amount.minor }),
  ManualPaymentKeptAsCredit: (event, envelope) =>
    change(envelope, {}, { amount_credited: event.amount.minor }),
});

export const manualPaymentsProjection: Projection = {
  name: 'manual_payments',
  version: 2,
  ddl,
  tables: { manual_payments: ['id'] },
  changesOf: routeByCategory({ manualPayment: handlers }),
};

export class PostgresManualPaymentQueries implements ManualPaymentQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  list(filter: Parameters<ManualPaymentQueries['list']>[0]): ReturnType<ManualPaymentQueries['list']> {
    return keysetPage<ManualPaymentRow>(this.#pool, {
      select: `select ${columns} from read_manual_payments.manual_payments`,
      order: ['created_at', 'id'],
      cursor: '(select created_at, id from read_manual_payments.manual_payments where id = $)',
      conditions: new Conditions()
        .add('status = $', filter.status)
        .add('customer = $', filter.customer)
        .add('invoice = $', filter.invoice)
        .add('reference = $', filter.reference)
        .addCreated(filter),
      page: filter,
    });
  }
}
