import type { Pool } from 'pg';
import { paymentCodec } from '../../application/payment/payment.codec.js';
import { disputeIdOf } from '../../application/payment/payment-ids.js';
import type { DisputeFilter, DisputeQueries, DisputeRow } from '../../application/ports/dispute-queries.js';
import { idOf } from '../../application/shared/stream-parts.js';
import type { PaymentEvent } from '../../domain/payment/events.js';
import type { Envelope, Projection } from '../projections/projection.js';
import { onEvents, routeByCategory } from '../projections/projection.js';
import type { Row, RowChange } from '../projections/row-changes.js';
import { insert, update } from '../projections/row-changes.js';
import { Conditions, keysetPage } from './keyset-page.js';

/** Nobody has answered or decided it: the words of an index, since few do of all there ever were. */
export const awaitsEvidence = '(outcome is null and not answered)';

/** An event says that a dispute was answered, not which status that makes: it follows from what the row knows. */
const ddl = `
  create table disputes (
    id               text        primary key,
    payment          text        not null,
    provider_dispute text        not null,
    stage            text        not null,
    answered         boolean     not null,
    outcome          text,
    amount           bigint      not null,
    currency         text        not null,
    amount_taken     bigint      not null,
    reason           text        not null,
    evidence_due_by  timestamptz,
    created_at       timestamptz not null,
    closed_at        timestamptz,
    status           text        not null generated always as (
      case
        when outcome is not null then outcome
        when stage = 'inquiry' then case when answered then 'inquiry_under_review' else 'inquiry' end
        else case when answered then 'under_review' else 'needs_response' end
      end) stored
  ) with (fillfactor = 85);
  create index disputes_by_time     on disputes (created_at, id);
  create index disputes_by_payment  on disputes (payment, created_at, id);
  create index disputes_by_status   on disputes (status, created_at, id);
  create index disputes_by_currency on disputes (currency, created_at, id);
  create index disputes_by_due_day  on disputes (evidence_due_by, id) where evidence_due_by is not null;
  create index disputes_waiting     on disputes (evidence_due_by, id) where ${awaitsEvidence};
`;

const handlers = onEvents<PaymentEvent>(paymentCodec, {
  DisputeOpened: (event, { stream }) => [
    insert('disputes', {
      id: disputeIdOf(idOf(stream), event.providerDisputeId),
      payment: idOf(stream),
      provider_dispute: event.providerDisputeId,
      stage: event.stage,
      answered: false,
      outcome: null,
      amount: event.amount.minor,
      currency: event.amount.currency,
      amount_taken: 0n,
      reason: event.disputeReason,
      evidence_due_by: event.evidenceDueBy,
      created_at: event.at,
      closed_at: null,
    }),
  ],
  DisputeEscalated: (event, envelope) =>
    change(envelope, event, {
      stage: 'dispute',
      answered: false,
      outcome: null,
      amount: event.amount.minor,
      evidence_due_by: event.evidenceDueBy,
      closed_at: null,
    }),
  DisputeFundsWithdrawn: (event, envelope) =>
    change(envelope, event, {}, { amount_taken: event.amount.minor }),
  DisputeFundsReinstated: (event, envelope) =>
    change(envelope, event, {}, { amount_taken: -event.amount.minor }),
  DisputeAnswered: (event, envelope) => change(envelope, event, { answered: true }),
  DisputeClosed: (event, envelope) =>
    change(envelope, event, { outcome: event.outcome, closed_at: event.at }),
});

function change(
  { stream }: Envelope,
  { providerDisputeId }: { readonly providerDisputeId: string },
  set: Row,
  add: Readonly<Record<string, bigint>> = {},
): readonly RowChange[] {
  return [update('disputes', { id: disputeIdOf(idOf(stream), providerDisputeId) }, set, add)];
}

export const disputesProjection: Projection = {
  name: 'disputes',
  version: 2,
  ddl,
  tables: { disputes: ['id'] },
  changesOf: routeByCategory({ payment: handlers }),
};

/** A dispute's events do not name the customer, so the payment's row is asked for it. */
const select = `
  select id, payment, (select customer from read_payments.payments where id = disputes.payment) as customer, status,
    amount, currency, amount_taken, reason, evidence_due_by, provider_dispute, created_at, closed_at
  from read_disputes.disputes`;

export class PostgresDisputeQueries implements DisputeQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  list(filter: DisputeFilter): ReturnType<DisputeQueries['list']> {
    const { awaitsEvidence: awaits, evidenceDueGte: dueGte, evidenceDueLt: dueLt } = filter;
    // By the time at which they were opened, those that are due in some week lie far apart.
    const time = dueGte === null && dueLt === null ? 'created_at' : 'evidence_due_by';
    const conditions = new Conditions()
      .add('status = $', filter.status)
      .addIf(awaits === true, awaitsEvidence)
      .addIf(awaits === false, `not ${awaitsEvidence}`)
      .add('payment = any(array(select id from read_payments.payments where customer = $))', filter.customer)
      .add('payment = $', filter.payment)
      .add('currency = $', filter.currency)
      .add('evidence_due_by >= $', dueGte)
      .add('evidence_due_by < $', dueLt)
      .addCreated(filter);
    return keysetPage<DisputeRow>(this.#pool, {
      select,
      order: [time, 'id'],
      cursor: `(select ${time}, id from read_disputes.disputes where id = $)`,
      conditions,
      page: filter,
    });
  }

  async find(disputeId: string): Promise<DisputeRow | undefined> {
    const { rows } = await this.#pool.query<DisputeRow>(`${select} where id = $1`, [disputeId]);
    return rows[0];
  }
}
