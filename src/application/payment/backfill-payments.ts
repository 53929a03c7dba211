import type { PaymentId } from '../../domain/shared/ids.js';
import { parseCustomerId, parsePaymentId } from '../../domain/shared/ids.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { RecoverCustomer } from '../customer/recover-customer.js';
import type { Clock } from '../ports/clock.js';
import type { InboundWebhooks } from '../ports/inbound-webhooks.js';
import type { JobReport } from '../ports/jobs.js';
import type { Logger } from '../ports/logger.js';
import type { ProviderEvents } from '../ports/provider-events.js';
import type { CustomerQueries, PaymentQueries } from '../ports/read-models.js';
import { anyTime } from '../ports/read-models.js';
import type { HandleCustomerNews } from '../webhook/handle-customer-news.js';
import type { ReadNews } from '../webhook/provider-news.js';
import { isAboutCustomers } from '../webhook/provider-news.js';
import { later } from '../webhook/retry-schedule.js';
import type { RecoverPayment } from './recover-payment.js';
import { recoveryBy } from './recover-payment.js';

/** Webhooks of this age are on their way still. */
const underWayMs = 5 * 60_000;
/** Ranges overlap by it, for clocks that differ and events that were listed late. */
const overlapMs = 3_600_000;
const pageSize = 100;

/** How customers are brought up to date. */
export type BackfillCustomers = {
  readonly handleNews: HandleCustomerNews;
  readonly recover: RecoverCustomer;
  readonly queries: Pick<CustomerQueries, 'list'>;
};

/**
 * Finds what the provider meant to tell and we never received - an outage of ours, or of its webhooks - and recovers each
 * payment and customer that it was about. Where the gap is longer than the provider's memory, every one is recovered.
 */
export function createBackfillPayments(parts: {
  readonly events: ProviderEvents;
  readonly inbox: Pick<InboundWebhooks, 'find'>;
  readonly readNews: ReadNews;
  readonly payments: Pick<PaymentQueries, 'list' | 'findByIntent'>;
  readonly recover: RecoverPayment;
  readonly customers: BackfillCustomers;
  readonly clock: Clock;
  readonly logger: Logger;
}) {
  const { events, inbox, readNews, payments, recover, customers, clock, logger } = parts;

  async function* untold(from: Instant, to: Instant, report: Counts): AsyncGenerator<PaymentId> {
    for await (const event of events.listEvents(from, to)) {
      report.events += 1;
      if ((await inbox.find(event.id)) !== undefined) continue;
      report.never_received += 1;
      const news = readNews(event);
      if (news.about === 'nothing' || news.about === 'unreadable') continue;
      if (isAboutCustomers(news)) {
        const { status } = await customers.handleNews(news, { id: event.id, attempts: 1 });
        report.customers += 1;
        if (status === 'failed' || status === 'parked') report.still_open += 1;
        continue;
      }
      const owner = parsePaymentId(news.payment ?? (await payments.findByIntent(news.intentId)) ?? '');
      if (owner !== undefined) yield owner;
    }
  }

  async function* everyPayment(): AsyncGenerator<PaymentId> {
    let startingAfter: string | null = null;
    for (let more = true; more; ) {
      const page: Awaited<ReturnType<PaymentQueries['list']>> = await payments.list({
        ...{ limit: pageSize, startingAfter, endingBefore: null },
        ...anyTime,
        ...{ status: null, customer: null, order: null, currency: null },
      });
      for (const { id } of page.rows) {
        const known = parsePaymentId(id);
        if (known !== undefined) yield known;
      }
      startingAfter = page.rows.at(-1)?.id ?? null;
      more = page.hasMore;
    }
  }

  async function recoverEveryCustomer(now: Instant, report: Counts): Promise<void> {
    let startingAfter: string | null = null;
    for (let more = true; more; ) {
      const page: Awaited<ReturnType<CustomerQueries['list']>> = await customers.queries.list({
        ...{ limit: pageSize, startingAfter, endingBefore: null, email: null },
        ...anyTime,
      });
      for (const { id } of page.rows) {
        const known = parseCustomerId(id);
        if (known === undefined) continue;
        const open = await customers.recover(known, recoveryBy('backfill', known, now));
        report.customers += 1;
        if (open.length > 0) report.still_open += 1;
      }
      startingAfter = page.rows.at(-1)?.id ?? null;
      more = page.hasMore;
    }
  }

  /**
   * @param proceed is told how far the run is; false ends it
   * @param lastDoneAt when everything up to then was known to be told; null for the first run
   */
  return async (
    proceed: (report: JobReport) => Promise<boolean>,
    lastDoneAt: Instant | null,
  ): Promise<JobReport> => {
    const report = { events: 0, never_received: 0, recovered: 0, customers: 0, still_open: 0 };
    const now = clock.now();
    const oldest = later(now, -events.keptMs);
    const since = lastDoneAt === null ? oldest : later(lastDoneAt, -overlapMs);
    const forgotten = lastDoneAt !== null && since < oldest;
    const seen = new Set<PaymentId>();
    if (forgotten) await recoverEveryCustomer(now, report);
    const affected = forgotten ? everyPayment() : untold(since, later(now, -underWayMs), report);
    for await (const paymentId of affected) {
      if (seen.has(paymentId)) continue;
      seen.add(paymentId);
      const { open } = await recover(paymentId, recoveryBy('backfill', paymentId, now));
      report.recovered += 1;
      if (open.length > 0) {
        report.still_open += 1;
        logger.warn({ paymentId, open }, 'a payment that was not told of stays in doubt');
      }
      if (!(await proceed({ ...report }))) break;
    }
    return report;
  };
}

type Counts = { events: number; never_received: number; customers: number; still_open: number };
