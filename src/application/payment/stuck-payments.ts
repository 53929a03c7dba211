import type { Instant } from '../../domain/shared/instant.js';
import type { Clock } from '../ports/clock.js';
import type { JobReport } from '../ports/jobs.js';
import type { Logger } from '../ports/logger.js';
import type { PaymentQueries, PaymentRow, PaymentStatus } from '../ports/read-models.js';
import { anyTime } from '../ports/read-models.js';
import { later } from '../webhook/retry-schedule.js';
import type { RecoverPayment } from './recover-payment.js';
import { recoveryBy } from './recover-payment.js';

/** How long a payment may stay in a state before it is taken for stuck. Bank debits take days; asking for one is harmless. */
const stuckAfterMs: Readonly<Partial<Record<PaymentStatus, number>>> = {
  processing: 15 * 60_000,
  requires_action: 24 * 3_600_000,
};
/** Refunds to a card arrive within ten days; one that is pending for longer has most often failed, and nobody was told. */
const refundStuckAfterMs = 10 * 24 * 3_600_000;
/** A request for a confirmation, a capture, a cancellation or a refund that has no outcome for so long is not just slow. */
const requestStuckAfterMs = 15 * 60_000;
const pageSize = 100;

/**
 * Which payments are taken for stuck at an instant: those in a status that were created by then, those with a refund that has
 * been pending since then, and those with a request that was recorded by then and has no outcome.
 */
export function stuckAt(now: Instant): {
  readonly payments: readonly { readonly status: PaymentStatus; readonly createdLte: Instant }[];
  readonly refundsCreatedLte: Instant;
  readonly requestsRecordedLte: Instant;
} {
  return {
    payments: Object.entries(stuckAfterMs).map(([status, afterMs]) => ({
      status: status as PaymentStatus,
      createdLte: later(now, -afterMs),
    })),
    refundsCreatedLte: later(now, -refundStuckAfterMs),
    requestsRecordedLte: later(now, -requestStuckAfterMs),
  };
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
