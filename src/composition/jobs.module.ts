import { ContainerModule } from 'inversify';
import { createBackfillPayments } from '../application/payment/backfill-payments.js';
import { createStuckPayments } from '../application/payment/stuck-payments.js';
import { later } from '../application/webhook/retry-schedule.js';
import { PostgresJobs } from '../infrastructure/postgres/jobs.js';
import { PostgresLeftovers } from '../infrastructure/postgres/leftovers.js';
import { readStripeNews } from '../infrastructure/stripe/stripe-news.js';
import { integrityJob } from '../interfaces/http/audit/integrity-checks.controller.js';
import { httpTokens } from '../interfaces/http/http-tokens.js';
import type { Job } from '../interfaces/worker/job-runner.js';
import { createJobRunner } from '../interfaces/worker/job-runner.js';
import { createWakeUp } from '../interfaces/worker/wake-up.js';
import { tokens } from './tokens.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** What one worker does for all, now and then. */
export const jobsModule = new ContainerModule(({ bind }) => {
  bind(httpTokens.jobs).toResolvedValue((pool) => new PostgresJobs(pool), [tokens.pool]);
  bind(tokens.leftovers).toResolvedValue((pool) => new PostgresLeftovers(pool), [tokens.pool]);
  bind(tokens.jobRunner).toResolvedValue(
    (
      ...[
        jobs,
        payments,
        recover,
        clock,
        logger,
        records,
        inbox,
        events,
        agenda,
        customers,
        pruneProfiles,
        links,
        sessions,
        tell,
        tellOfDigests,
        alerts,
        tellOperators,
        health,
        healthHistory,
        leftovers,
        runIntegrityChecks,
      ]
    ) => {
      const all: readonly Job[] = [
        {
          name: 'stuck_payments',
          everyMs: dayMs,
          run: createStuckPayments({ payments, recover, clock, logger }),
        },
        {
          name: 'backfill',
          everyMs: hourMs,
          run: createBackfillPayments({
            ...{ events, inbox, payments, recover, customers, leftovers, clock, logger },
            readNews: readStripeNews,
          }),
        },
        {
          name: 'prune',
          everyMs: dayMs,
          run: async () => ({
            answers: await records.prune(),
            inbound_webhooks: await inbox.prune(),
            agenda_attempts: await agenda.prune(),
            links: await links.prune(later(clock.now(), -30 * dayMs)),
            portal_sessions: await sessions.prune(),
            health_history: await healthHistory.prune(90),
          }),
        },
        { name: integrityJob, everyMs: hourMs, run: runIntegrityChecks },
        { name: 'prune_profiles', everyMs: dayMs, run: pruneProfiles },
        { name: 'notices_of_dates', everyMs: hourMs, run: tell },
        { name: 'digests', everyMs: 5 * minuteMs, run: tellOfDigests },
        {
          name: 'alerts',
          everyMs: 5 * minuteMs,
          run: async () => ({ judged: (await alerts.judge()).size, mails: await tellOperators() }),
        },
        {
          name: 'health_history',
          everyMs: 5 * minuteMs,
          run: async () => {
            const { healthy, checks } = await health.payments();
            await healthHistory.keep({ healthy, checks });
            return { healthy: healthy ? 1 : 0 };
          },
        },
      ];
      return createJobRunner({ jobs, all, logger, wakeUp: createWakeUp() });
    },
    [
      httpTokens.jobs,
      httpTokens.paymentQueries,
      httpTokens.recoverPayment,
      httpTokens.clock,
      tokens.logger,
      tokens.idempotencyRecords,
      tokens.inbox,
      tokens.stripeGateway,
      tokens.agenda,
      tokens.backfillCustomers,
      tokens.pruneProfiles,
      httpTokens.links,
      httpTokens.portalSessions,
      tokens.tellOfDates,
      tokens.tellOfDigests,
      httpTokens.alerts,
      tokens.tellOperators,
      httpTokens.healthChecks,
      httpTokens.healthHistory,
      tokens.leftovers,
      tokens.runIntegrityChecks,
    ],
  );
});
