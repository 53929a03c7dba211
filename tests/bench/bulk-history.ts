import { advisoryLocks } from '../../src/infrastructure/postgres/advisory-locks.js';
import { withClient } from './bench-cluster.js';

/** What a card payment that succeeds at once leaves behind, in this order. */
export const eventsPerPayment = 5;
const paymentsPerStatement = 10_000;

/** Whose payments they are, and when they were made, one after the other at the same distance. */
export type Spread = {
  readonly customerId: string | null;
  /** Each how many-th is the customer's, from the first; the others are nobody's. */
  readonly customerEvery: number;
  /** ISO-8601, UTC. */
  readonly firstAt: string;
  readonly everySeconds: number;
  /** So many different amounts take turns. */
  readonly amounts: number;
};

const unnamed: Spread = {
  customerId: null,
  customerEvery: 1,
  firstAt: '2025-01-01T00:00:00Z',
  everySeconds: 20,
  amounts: 9_000,
};

/**
 * Writes the histories of so many payments straight into a store, behind what it holds, as the codec stores them: appending a
 * million events one by one would take longer than all the benches. The store may be in use: it is written as an append is,
 * under the lock that deals out positions.
 */
export async function writePaymentHistories(
  connectionString: string,
  payments: number,
  { customerId, customerEvery, firstAt, everySeconds, amounts }: Spread = unnamed,
): Promise<void> {
  await withClient(connectionString, async (client) => {
    for (let first = 0; first < payments; first += paymentsPerStatement) {
      const last = Math.min(first + paymentsPerStatement, payments) - 1;
      await client.query('begin');
      await client.query('select pg_advisory_xact_lock($1)', [advisoryLocks.append]);
      await client.query(insertHistories, [
        first,
        last,
        customerId,
        firstAt,
        everySeconds,
        customerEvery,
        amounts,
      ]);
      await client.query('commit');
    }
    await client.query('analyze eventstore.events');
  });
}

/** The id of the nth of them, from 0. */
export function paymentIdOf(n: number): string {
  return `pay_01930000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
}

const money = (minor: string): string => `json_build_object('amount', (${minor})::text, 'currency', 'USD')`;

const insertHistories = `
  with payment as (
    select n,
      'pay_01930000-0000-7000-8000-' || lpad(to_hex(n), 12, '0') as id,
      gen_random_uuid() as command,
      to_char($4::timestamptz at time zone 'UTC' + (n * $5::float8) * interval '1 second',
        'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at,
      1000 + n % $7::bigint as amount
    from generate_series($1::bigint, $2::bigint) as n
  ), head as (
    select coalesce(max(position), 0) as position from eventstore.events
  )
  insert into eventstore.events (position, stream, revision, event_id, type, data, metadata, recorded_at)
  select head.position + (n - $1) * ${eventsPerPayment} + step.revision + 1, 'payment-' || id, step.revision, gen_random_uuid(), step.type,
    step.data,
    json_build_object('commandId', command, 'correlationId', command, 'causationId', command,
      'actor', json_build_object('kind', 'api_key', 'id', 'key_bench'), 'reason', null),
    at::timestamptz
  from head cross join payment cross join lateral (values
    (0, 'PaymentCreated', json_build_object('at', at, 'paymentId', id, 'amount', ${money('amount')},
      'captureMethod', 'automatic', 'customerId', case when n % $6 = 0 then $3::text end, 'orderId', null, 'description', 'Order ' || n,
      'metadata', json_build_object('cart', n::text))),
    (1, 'PaymentConfirmRequested', json_build_object('at', at, 'attempt', 1, 'paymentMethod', 'pm_card_visa')),
    (2, 'PaymentAuthorized', json_build_object('at', at, 'attempt', 1, 'intentId', 'pi_' || n,
      'chargeId', 'ch_' || n, 'amount', ${money('amount')})),
    (3, 'PaymentCaptured', json_build_object('at', at, 'chargeId', 'ch_' || n, 'amount', ${money('amount')},
      'released', ${money('0')})),
    (4, 'PaymentFeeRecorded', json_build_object('at', at, 'charged', ${money('amount')},
      'balanceTransactionId', 'txn_' || n, 'gross', ${money('amount')}, 'fee', ${money('30 + amount * 29 / 1000')}))
  ) as step (revision, type, data)
  order by n, step.revision`;
