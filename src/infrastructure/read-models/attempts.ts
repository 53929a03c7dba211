import { paymentCodec } from '../../application/payment/payment.codec.js';
import { idOf } from '../../application/shared/stream-parts.js';
import type { PaymentEvent } from '../../domain/payment/events.js';
import type { Envelope, Projection } from '../projections/projection.js';
import { onEvents, routeByCategory } from '../projections/projection.js';
import type { Row, RowChange } from '../projections/row-changes.js';
import { insert, update } from '../projections/row-changes.js';

/**
 * The latest attempt of each payment: when it was asked for, when it ended and how. `waited` marks one in which the customer
 * had to act, whose time is not ours; `attempt` is 1 for the first, 0 before it. Those without an end are few, and found by their beginning.
 */
const ddl = `
  create table attempts (
    payment    text        primary key,
    amount     bigint      not null,
    currency   text        not null,
    started_at timestamptz,
    ended_at   timestamptz,
    outcome    text,
    waited     boolean     not null,
    attempt    integer     not null,
    -- The provider's id of what it was made with; null before the first.
    payment_method text,
    created_at timestamptz not null
  ) with (fillfactor = 85);
  create index attempts_by_end    on attempts (ended_at) where ended_at is not null;
  create index attempts_open      on attempts (started_at) where ended_at is null;
  create index attempts_by_amount on attempts (amount, created_at);
  create index attempts_by_method on attempts (payment_method) where payment_method is not null;
`;

function change({ stream }: Envelope, set: Row): readonly RowChange[] {
  return [update('attempts', { payment: idOf(stream) }, set)];
}

const nothing = (): readonly RowChange[] => [];

const handlers = onEvents<PaymentEvent>(paymentCodec, {
  PaymentCreated: ({ paymentId, amount, at }) => [
    insert('attempts', {
      payment: paymentId,
      amount: amount.minor,
      currency: amount.currency,
      started_at: null,
      ended_at: null,
      outcome: null,
      waited: false,
      attempt: 0,
      payment_method: null,
      created_at: at,
    }),
  ],
  PaymentConfirmRequested: ({ at, attempt, paymentMethod }, envelope) =>
    change(envelope, {
      ...{ started_at: at, ended_at: null, outcome: null, waited: false, attempt },
      payment_method: paymentMethod,
    }),
  PaymentActionRequired: (_event, envelope) => change(envelope, { waited: true }),
  PaymentProcessingStarted: nothing,
  PaymentDeclined: ({ at }, envelope) => change(envelope, { ended_at: at, outcome: 'failed' }),
  PaymentFailed: ({ at }, envelope) => change(envelope, { ended_at: at, outcome: 'failed' }),
  PaymentAuthorized: ({ at }, envelope) => change(envelope, { ended_at: at, outcome: 'succeeded' }),
  PaymentCaptureRequested: nothing,
  PaymentCaptureRefused: nothing,
  PaymentCaptured: nothing,
  PaymentFeeRecorded: nothing,
  PaymentCancelRequested: nothing,
  PaymentCancelRefused: nothing,
  PaymentCanceled: nothing,
  RefundRequested: nothing,
  RefundApprovalRequested: nothing,
  RefundApproved: nothing,
  RefundRejected: nothing,
  RefundRefused: nothing,
  RefundInitiated: nothing,
  RefundAdopted: nothing,
  RefundSucceeded: nothing,
  RefundFailed: nothing,
  RefundCancelRequested: nothing,
  RefundCancelRefused: nothing,
  RefundCanceled: nothing,
});

export const attemptsProjection: Projection = {
  name: 'attempts',
  version: 4,
  ddl,
  tables: { attempts: ['payment'] },
  changesOf: routeByCategory({ payment: handlers }),
};
