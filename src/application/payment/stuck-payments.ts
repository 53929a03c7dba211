import type { Instant } from '../../domain/shared/instant.js';
import type { Clock } from '../ports/clock.js';
import type { JobReport } from '../ports/jobs.js';
import type { Logger } from '../ports/logger.js';
import type { PaymentQueries, PaymentRow } from '../ports/read-models.js';
import { anyTime, firstPage } from '../ports/read-models.js';
import { later } from '../webhook/retry-schedule.js';
import type { RecoverPayment } from './recover-payment.js';
import { recoveryBy } from './recover-payment.js';

const minuteMs = 60_000;
const dayMs = 24 * 3_600_000;

/**
 * How long a payment may be processing before it is taken for stuck, by the kind of payment method that the customer saved. One
 * that is not known is taken for a card: to ask about it costs a call and changes nothing.
 */
const processingMs = { card: 15 * minuteMs, sepaDebit: 14 * dayMs };
/** An ACH debit is settled, or fails, within so many business days. */
const achBusinessDays = 5;
const actionMs = dayMs;
/** Refunds to a card arrive within ten days; one that is pending for longer has most often failed, and nobody was told. */
const refundStuckAfterMs = 10 * dayMs;
/**
 * A request for a confirmation, a capture, a cancellation or a refund that has no outcome for so long is not just slow. It is recorded
 * by the machine's time, and so is this: where the time for payments is put forward, requests are no older than they are.
 */
export const requestStuckAfterMs = 15 * minuteMs;
const pageSize = 100;

/**
 * Which payments are taken for stuck at an instant: those that have been processing, or waiting for the customer, since then or
 * before, and those with a refund that has been pending since then. Each time is that of the present state, however old the
 * payment is. Beside these, one with a request that has had no outcome for `requestStuckAfterMs` is stuck at any instant.
 */
export function stuckAt(now: Instant): {
  readonly processingSinceLte: {
    readonly card: Instant;
    readonly usBankAccount: Instant;
    readonly sepaDebit: Instant;
  };
  readonly requiresActionSinceLte: Instant;
  readonly refundsPendingSinceLte: Instant;
} {
  return {
    processingSinceLte: {
      card: later(now, -processingMs.card),
      usBankAccount: businessDaysBefore(now, achBusinessDays),
      sepaDebit: later(now, -processingMs.sepaDebit),
    },
    requiresActionSinceLte: later(now, -actionMs),
    refundsPendingSinceLte: later(now, -refundStuckAfterMs),
  };
}

/** The newest of the payments that are stuck at an instant, as the read model has it; at most `limit`. */
export async function newestStuck(
  payments: Pick<PaymentQueries, 'list'>,
  now: Instant,
  limit: number,
): Promise<readonly PaymentRow[]> {
  const any = { status: null, customer: null, order: null, currency: null };
  return (await payments.list({ ...firstPage(limit), ...anyTime, ...any, stuckAt: now })).rows;
}

/** Saturdays and Sundays of UTC do not count; bank holidays do, after which a payment is asked about early. */
function businessDaysBefore(now: Instant, days: number): Instant {
  let ms = Date.parse(now);
  for (let left = days; left > 0; ) {
    ms -= dayMs;
    const weekday = new Date(ms).getUTCDay();
    if (weekday !== 0 && weekday !== 6) left -= 1;
  }
  return later(now, ms - Date.parse(now));
}

/** The payments that have been on their way for too long, as the read models know them. */
async function* allStuck(
  payments: Pick<PaymentQueries, 'list'>,
  now: Instant,
): AsyncGenerator<PaymentRow, void, undefined> {
  let startingAfter: string | null = null;
  for (let more = true; more; ) {
    const page: Awaited<ReturnType<PaymentQueries['list']>> = await payments.list({
      ...{ limit: pageSize, startingAfter, endingBefore: null, ...anyTime, stuckAt: now },
      ...{ status: null, customer: null, order: null, currency: null },
    });
    yield* page.rows;
    startingAfter = page.rows.at(-1)?.id ?? null;
    more = page.hasMore;
  }
}

/**
 * Looks at every payment that has been on its way for too long, and records what the provider knows of it. One that cannot
 * be told, or is told against the history, is left open and named in the log for a person.
 * @param proceed is told how far the run is; false ends it
 */
export function createStuckPayments(parts: {
  readonly payments: Pick<PaymentQueries, 'list'>;
  readonly recover: RecoverPayment;
  readonly clock: Clock;
  readonly logger: Logger;
}) {
  const { payments, recover, clock, logger } = parts;

  return async (proceed: (report: JobReport) => Promise<boolean>): Promise<JobReport> => {
    const report = { looked_at: 0, resolved: 0, still_open: 0, failed: 0 };
    const now = clock.now();
    for await (const { id, revision } of allStuck(payments, now)) {
      report.looked_at += 1;
      try {
        const { loaded, open } = await recover(id, recoveryBy('stuck-payments', id, now));
        if (open.length > 0) {
          report.still_open += 1;
          logger.error(
            { alert: true, paymentId: id, open },
            'a payment is stuck, and the provider does not tell why',
          );
        } else if (loaded.revision !== revision) report.resolved += 1;
      } catch (error) {
        report.failed += 1;
        logger.error({ err: error, paymentId: id }, 'a stuck payment could not be looked at');
      }
      if (!(await proceed({ ...report }))) break;
    }
    return report;
  };
}
