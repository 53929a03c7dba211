import { withClient } from './bench-cluster.js';

/** What a card payment that succeeds at once leaves behind, in this order. */
export const eventsPerPayment = 5;
const paymentsPerStatement = 10_000;

/**
 * Writes the histories of so many payments straight into an empty store, as the codec stores them: appending a million
 * events one by one would take longer than all the benches.
 */
export async function writePaymentHistories(connectionString: string, payments: number): Promise<void> {
  await withClient(connectionString, async (client) => {
    for (let first = 0; first < payments; first += paymentsPerStatement) {
      const last = Math.min(first + paymentsPerStatement, payments) - 1;
      await client.query(insertHistories, [first, last]);
    }
    await client.query('analyze eventstore.events');
  });
}

const money = (minor: string): string => `json_build_object('amount', (${minor})::text, 'currency', 'USD')`;

const insertHistories = `
  with payment as (
    select n,
      'pay_01930000-0000-7000-8000-' || lpad(to_hex(n), 12, '0') as id,
      gen_random_uuid() as command,
      to_char(timestamp '2025-01-01' + n * interval '20 seconds', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at,
      1000 + n % 9000 as amount
    from generate_series($1::bigint, $2::bigint) as n
  )
  insert into eventstore.events (position, stream, revision, event_id, type, data, metadata, recorded_at)
  select n * ${eventsPerPayment} + step.revision + 1, 'payment-' || id, step.revision, gen_random_uuid(), step.type,
    step.data,
    json_build_object('commandId', command, 'correlationId', command, 'causationId', command,
      'actor', json_build_object('kind', 'api_key', 'id', 'key_bench'), 'reason', null),
    at::timestamptz
  from payment cross join lateral (values
    (0, 'PaymentCreated', json_build_object('at', at, 'paymentId', id, 'amount', ${money('amount')},
      'captureMethod', 'automatic', 'customerId', null, 'orderId', null, 'description', 'Order ' || n,
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
