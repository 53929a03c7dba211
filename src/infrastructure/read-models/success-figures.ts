import type { ClientBase, Pool } from 'pg';
import type {
  PaymentOutcomes,
  PaymentSlice,
  WebhookOutcomes,
} from '../../application/ports/success-figures.js';
import type { Instant } from '../../domain/shared/instant.js';

type Source = Pick<Pool | ClientBase, 'query'>;

const kindOf = '(select kind from read_customers.payment_methods m where m.id = attempts.payment_method)';
/** What an attempt has to be for a slice to have it. */
const isIn: Readonly<Record<PaymentSlice, string>> = {
  first_attempts: 'attempt = 1',
  retries: 'attempt > 1',
  cards: `coalesce(${kindOf}, 'card') not in ('us_bank_account', 'sepa_debit')`,
  ach_debits: `${kindOf} = 'us_bank_account'`,
  sepa_debits: `${kindOf} = 'sepa_debit'`,
};

/** What came of the payments whose latest attempt ended in a window; what is left out of it was begun in the window. */
export async function paymentOutcomes(
  source: Source,
  from: Instant,
  to: Instant,
  slice: PaymentSlice | null = null,
): Promise<PaymentOutcomes> {
  const also = slice === null ? '' : `and ${isIn[slice]}`;
  const { rows } = await source.query<PaymentOutcomes>(
    `select * from (
       select count(*) filter (where outcome = 'succeeded')::int as succeeded,
         count(*) filter (where outcome = 'failed')::int as failed,
         count(*) filter (where outcome = 'succeeded' and attempt = 1)::int as "firstSucceeded",
         count(*) filter (where outcome = 'failed' and attempt = 1)::int as "firstFailed"
       from read_attempts.attempts where ended_at >= $1 and ended_at < $2 ${also}
     ) as ended, (
       select count(*) filter (where waited)::int as unfinished, count(*) filter (where not waited)::int as unanswered
       from read_attempts.attempts where ended_at is null and started_at >= $1 and started_at < $2 ${also}
     ) as open`,
    [from, to],
  );
  return (
    rows[0] ?? { succeeded: 0, failed: 0, firstSucceeded: 0, firstFailed: 0, unfinished: 0, unanswered: 0 }
  );
}

/**
 * What came of the verified webhooks that arrived in a window, by the machine's clock.
 * @param to null for all until now
 */
export async function webhookOutcomes(
  source: Source,
  from: Instant,
  to: Instant | null,
): Promise<WebhookOutcomes> {
  const { rows } = await source.query<WebhookOutcomes>(
    `select count(*) filter (where status = 'processed' or (status = 'ignored' and not by_hand))::int as handled,
       count(*) filter (where status in ('failed', 'parked'))::int as failed,
       count(*) filter (where status = 'received')::int as waiting,
       count(*) filter (where status = 'ignored' and by_hand)::int as dismissed
     from counterfoil.inbound_webhooks, lateral (
       select status = 'ignored' and exists (
         select from counterfoil.inbound_webhook_acts where webhook = inbound_webhooks.id and act = 'ignore'
       ) as by_hand
     ) as acts
     where received_at >= $1 and received_at < coalesce($2::timestamptz, 'infinity')`,
    [from, to],
  );
  return rows[0] ?? { handled: 0, failed: 0, waiting: 0, dismissed: 0 };
}
