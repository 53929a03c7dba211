import { parseCustomerId, parsePaymentId } from '../../domain/shared/ids.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { RecoverCustomer } from '../customer/recover-customer.js';
import type { Clock } from '../ports/clock.js';
import type { InboundWebhooks } from '../ports/inbound-webhooks.js';
import type { JobReport } from '../ports/jobs.js';
import type { KeptLeftover, Leftover, Leftovers } from '../ports/leftovers.js';
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
 * payment and customer that it was about. Where the gap is longer than the provider's memory, every one is recovered. What the
 * provider does not tell stays a leftover, which every later run tries again, however long ago the event was.
 */
export function createBackfillPayments(parts: {
  readonly events: ProviderEvents;
  readonly inbox: Pick<InboundWebhooks, 'find' | 'receive'>;
  readonly readNews: ReadNews;
  readonly payments: Pick<PaymentQueries, 'list' | 'findByIntent'>;
  readonly recover: RecoverPayment;
  readonly customers: BackfillCustomers;
  readonly leftovers: Leftovers;
  readonly clock: Clock;
  readonly logger: Logger;
}) {
  const { events, inbox, readNews, payments, recover, customers, leftovers, clock, logger } = parts;

  async function* leftBefore(): AsyncGenerator<KeptLeftover> {
    let page = await leftovers.list('', pageSize);
    while (page.length > 0) {
      yield* page;
      page = await leftovers.list(page.at(-1)?.id ?? '', pageSize);
    }
  }

  /** Null after each hundred events: a busy account lists for long, and the run must say that it is alive. */
  async function* untold(from: Instant, to: Instant, report: Counts): AsyncGenerator<Leftover | null> {
    for await (const event of events.listEvents(from, to)) {
      if (report.events > 0 && report.events % pageSize === 0) yield null;
      report.events += 1;
      if ((await inbox.find(event.id)) !== undefined) continue;
      report.never_received += 1;
      const news = readNews(event);
      if (news.about === 'review') {
        // Under an id of its own: it is not what was signed, which may still come.
        const listed = { ...event, id: `${event.id}-listed` };
        await inbox.receive(listed, `${news.reason}, and its webhook never came`);
        continue;
      }
      if (news.about === 'nothing' || news.about === 'unreadable') continue;
      if (isAboutCustomers(news)) {
        yield { about: 'news', id: event.id, news };
        continue;
      }
      const owner = parsePaymentId(news.payment ?? (await payments.findByIntent(news.intentId)) ?? '');
      if (owner !== undefined) yield { about: 'payment', id: owner };
    }
  }

  async function* everyPayment(): AsyncGenerator<Leftover> {
    let startingAfter: string | null = null;
    for (let more = true; more; ) {
      const page: Awaited<ReturnType<PaymentQueries['list']>> = await payments.list({
        ...{ limit: pageSize, startingAfter, endingBefore: null },
        ...anyTime,
        ...{ status: null, customer: null, order: null, currency: null },
      });
      for (const { id } of page.rows) {
        const known = parsePaymentId(id);
        if (known !== undefined) yield { about: 'payment', id: known };
      }
      startingAfter = page.rows.at(-1)?.id ?? null;
      more = page.hasMore;
    }
  }

  async function* everyCustomer(): AsyncGenerator<Leftover> {
    let startingAfter: string | null = null;
    for (let more = true; more; ) {
      const page: Awaited<ReturnType<CustomerQueries['list']>> = await customers.queries.list({
        ...{ limit: pageSize, startingAfter, endingBefore: null, email: null },
        ...anyTime,
      });
      for (const { id } of page.rows) {
        const known = parseCustomerId(id);
        if (known !== undefined) yield { about: 'customer', id: known };
      }
      startingAfter = page.rows.at(-1)?.id ?? null;
      more = page.hasMore;
    }
  }

  async function* affected(
    now: Instant,
    lastDoneAt: Instant | null,
    report: Counts,
  ): AsyncGenerator<Leftover | KeptLeftover | null> {
    yield* leftBefore();
    const oldest = later(now, -events.keptMs);
    const since = lastDoneAt === null ? oldest : later(lastDoneAt, -overlapMs);
    if (lastDoneAt === null || since >= oldest) yield* untold(since, later(now, -underWayMs), report);
    else {
      yield* everyCustomer();
      yield* everyPayment();
    }
  }

  /** Answers what the provider did not tell; empty when all is up to date. */
  async function bringUpToDate(found: Leftover, now: Instant): Promise<readonly string[]> {
    switch (found.about) {
      case 'payment':
        return (await recover(found.id, recoveryBy('backfill', found.id, now))).open;
      case 'customer':
        return customers.recover(found.id, recoveryBy('backfill', found.id, now));
      case 'news': {
        const outcome = await customers.handleNews(found.news, { id: found.id, attempts: 1 });
        return 'error' in outcome ? [outcome.error] : [];
      }
    }
  }

  async function leaveOver(found: Leftover | KeptLeftover, open: readonly string[]): Promise<void> {
    await leftovers.keep(found, open.join('; '));
    const { about, id } = found;
    if ('tries' in found) {
      logger.error({ alert: true, about, id, open }, 'what was not told of stays in doubt, run after run');
    } else logger.warn({ about, id, open }, 'what was not told of stays in doubt');
  }

  /** One that cannot be looked at - a corrupt stream, a store that is away - must not keep the others from it. */
  async function settle(found: Leftover | KeptLeftover, now: Instant, report: Counts): Promise<void> {
    let open: readonly string[];
    try {
      open = await bringUpToDate(found, now);
    } catch (error) {
      const { about, id } = found;
      report.failed += 1;
      logger.error({ alert: true, err: error, about, id }, 'what was not told of could not be looked at');
      await leftovers.keep(found, String(error));
      return;
    }
    report[found.about === 'payment' ? 'recovered' : 'customers'] += 1;
    if (open.length > 0) {
      report.still_open += 1;
      await leaveOver(found, open);
    } else if ('tries' in found) await leftovers.forget(found);
  }

  /**
   * @param proceed is told how far the run is; false ends it
   * @param lastDoneAt when everything up to then was known to be told; null for the first run
   */
  return async (
    proceed: (report: JobReport) => Promise<boolean>,
    lastDoneAt: Instant | null,
  ): Promise<JobReport> => {
    const report = { events: 0, never_received: 0, recovered: 0, customers: 0, still_open: 0, failed: 0 };
    const now = clock.now();
    const seen = new Set<string>();
    for await (const found of affected(now, lastDoneAt, report)) {
      if (found !== null) {
        if (seen.has(found.id)) continue;
        seen.add(found.id);
        await settle(found, now, report);
      }
      if (!(await proceed({ ...report }))) break;
    }
    return report;
  };
}

type Counts = {
  events: number;
  never_received: number;
  recovered: number;
  customers: number;
  still_open: number;
  failed: number;
};
