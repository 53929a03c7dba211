import type { Pool } from 'pg';
import { customerCodec } from '../../application/customer/customer.codec.js';
import { paymentCodec } from '../../application/payment/payment.codec.js';
import type { PendingEffect, PendingEffects } from '../../application/ports/read-models.js';
import type { CustomerEvent } from '../../domain/customer/events.js';
import type { PaymentEvent } from '../../domain/payment/events.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { Envelope, Projection } from '../projections/projection.js';
import { onEvents, routeByCategory } from '../projections/projection.js';
import type { RowChange } from '../projections/row-changes.js';
import { insert, remove } from '../projections/row-changes.js';

/**
 * A request of each kind is open at most once in a stream, or once per `item`: a refund, a setup, a payment method. It is
 * attended where somebody who waits for the answer asked for it, so that the process which recorded it goes on with it.
 */
const ddl = `
  create table open_requests (
    stream       text        not null,
    kind         text        not null,
    item         text        not null,
    event_id     uuid        not null unique,
    revision     bigint      not null,
    requested_at timestamptz not null,
    attended     boolean     not null,
    primary key (stream, kind, item)
  );
  create index open_requests_by_time on open_requests (requested_at, event_id);
`;

type Kind = 'confirm' | 'capture' | 'cancel' | 'refund' | 'provider_customer' | 'setup' | 'removal';

/** Stands for the item where a request is of none. */
const none = '';

function open(kind: Kind, envelope: Envelope, item: string = none): readonly RowChange[] {
  const { id, stream, revision, recordedAt, metadata } = envelope;
  return [
    insert('open_requests', {
      stream,
      kind,
      item,
      event_id: id,
      revision,
      requested_at: recordedAt,
      attended: isAttended(metadata.actor),
    }),
  ];
}

/** What a policy or the agenda asks for is left to a worker; whoever came to a public page waits. */
function isAttended({ kind, id }: Envelope['metadata']['actor']): boolean {
  return kind !== 'system' || id === 'public';
}

/** A request that is not open is settled already. */
function settle(kinds: readonly Kind[], { stream }: Envelope, item: string = none): readonly RowChange[] {
  return kinds.map((kind) => remove('open_requests', { stream, kind, item }));
}

/** The same facts settle a request here as end the open step in the aggregate's own state. */
const ofPayments = onEvents<PaymentEvent>(paymentCodec, {
  PaymentConfirmRequested: (_event, envelope) => open('confirm', envelope),
  PaymentCaptureRequested: (_event, envelope) => open('capture', envelope),
  PaymentCancelRequested: (_event, envelope) => open('cancel', envelope),
  RefundRequested: (event, envelope) => open('refund', envelope, event.refundId),
  RefundApproved: (event, envelope) => open('refund', envelope, event.refundId),
  PaymentActionRequired: (_event, envelope) => settle(['confirm'], envelope),
  PaymentProcessingStarted: (_event, envelope) => settle(['confirm'], envelope),
  PaymentDeclined: (_event, envelope) => settle(['confirm'], envelope),
  PaymentAuthorized: (_event, envelope) => settle(['confirm'], envelope),
  PaymentFailed: (_event, envelope) => settle(['confirm'], envelope),
  PaymentCaptureRefused: (_event, envelope) => settle(['capture'], envelope),
  PaymentCancelRefused: (_event, envelope) => settle(['cancel'], envelope),
  PaymentCaptured: (_event, envelope) => settle(['confirm', 'capture', 'cancel'], envelope),
  PaymentCanceled: (_event, envelope) => settle(['confirm', 'capture', 'cancel'], envelope),
  RefundInitiated: (event, envelope) => settle(['refund'], envelope, event.refundId),
  RefundRefused: (event, envelope) => settle(['refund'], envelope, event.refundId),
  RefundCancelRequested: (event, envelope) => open('cancel', envelope, event.refundId),
  RefundCancelRefused: (event, envelope) => settle(['cancel'], envelope, event.refundId),
  RefundSucceeded: (event, envelope) => settle(['cancel'], envelope, event.refundId),
  RefundFailed: (event, envelope) => settle(['cancel'], envelope, event.refundId),
  RefundCanceled: (event, envelope) => settle(['cancel'], envelope, event.refundId),
});

const ofCustomers = onEvents<CustomerEvent>(customerCodec, {
  ProviderCustomerRequested: (_event, envelope) => open('provider_customer', envelope),
  ProviderCustomerLinked: (_event, envelope) => settle(['provider_customer'], envelope),
  ProviderCustomerRefused: (_event, envelope) => settle(['provider_customer'], envelope),
  PaymentMethodSetupRequested: (event, envelope) => open('setup', envelope, event.setupId),
  PaymentMethodSetupStarted: (event, envelope) => settle(['setup'], envelope, event.setupId),
  PaymentMethodSetupRefused: (event, envelope) => settle(['setup'], envelope, event.setupId),
  PaymentMethodRemovalRequested: (event, envelope) => open('removal', envelope, event.paymentMethodId),
  PaymentMethodRemovalRefused: (event, envelope) => settle(['removal'], envelope, event.paymentMethodId),
  PaymentMethodRemoved: (event, envelope) => settle(['removal'], envelope, event.paymentMethodId),
});

export const pendingEffectsProjection: Projection = {
  name: 'pending_effects',
  version: 3,
  ddl,
  tables: { open_requests: ['stream', 'kind', 'item'] },
  changesOf: routeByCategory({ payment: ofPayments, customer: ofCustomers }),
};

export class PostgresPendingEffects implements PendingEffects {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async due(now: Instant, requestedBefore: Instant, limit: number): Promise<readonly PendingEffect[]> {
    const { rows } = await this.#pool.query<PendingEffect>(
      `select r.event_id, r.stream, r.revision, r.requested_at, coalesce(a.attempts, 0) as attempts,
         a.next_attempt_at, a.last_error
       from read_pending_effects.open_requests r
         left join counterfoil.effect_attempts a using (event_id)
       where (r.requested_at < $2 or not r.attended) and (a.next_attempt_at is null or a.next_attempt_at <= $1)
       order by r.requested_at, r.event_id limit $3`,
      [now, requestedBefore, limit],
    );
    return rows;
  }

  async postpone(
    eventId: string,
    nextAttemptAt: Instant,
    error: string,
    fencingToken: bigint,
    contradicted = false,
  ): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `insert into counterfoil.effect_attempts as noted
         (event_id, attempts, next_attempt_at, last_error, fencing_token, contradicted)
       values ($1, 1, $2, $3, $4, $5)
       on conflict (event_id) do update
         set attempts = noted.attempts + 1, next_attempt_at = $2, last_error = $3, fencing_token = $4, contradicted = $5
         where noted.fencing_token <= $4`,
      [eventId, nextAttemptAt, error, fencingToken, contradicted],
    );
    // Attempts of requests that were settled long ago serve nobody.
    await this.#pool.query(
      `delete from counterfoil.effect_attempts where event_id in (
         select a.event_id from counterfoil.effect_attempts a
         where a.next_attempt_at < $1::timestamptz - interval '7 days'
           and not exists (select 1 from read_pending_effects.open_requests r where r.event_id = a.event_id)
         limit 100)`,
      [nextAttemptAt],
    );
    return rowCount === 1;
  }
}
