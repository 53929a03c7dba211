import { ContainerModule } from 'inversify';
import { createComposeNotice } from '../application/notification/compose-notice.js';
import { createIssueLinks } from '../application/notification/issue-links.js';
import { createTellOfDates } from '../application/notification/tell-of-dates.js';
import { createTellOfDigests } from '../application/notification/tell-of-digests.js';
import { createDisputeNotices } from '../application/policies/dispute-notices.policy.js';
import { createInvoiceNotices } from '../application/policies/invoice-notices.policy.js';
import { createPaymentNotices } from '../application/policies/payment-notices.policy.js';
import { createPlanNotices } from '../application/policies/plan-notices.policy.js';
import { renderMailHtml } from '../infrastructure/notification/mail-html.js';
import { SmtpMailer } from '../infrastructure/notification/smtp-mailer.js';
import { PostgresLinks } from '../infrastructure/postgres/links.js';
import { PostgresMailInbox } from '../infrastructure/postgres/mail-inbox.js';
import { PostgresNoticeTemplates } from '../infrastructure/postgres/notice-templates.js';
import { PostgresNotifications } from '../infrastructure/postgres/notifications.js';
import { PostgresDigestQueries } from '../infrastructure/read-models/digests.js';
import { PostgresExpiringCards } from '../infrastructure/read-models/expiring-cards.js';
import { httpTokens } from '../interfaces/http/http-tokens.js';
import { createNotificationWorker } from '../interfaces/worker/notification-worker.js';
import { createWakeUp } from '../interfaces/worker/wake-up.js';
import { tokens } from './tokens.js';

/** A job that does not get on for a minute passes to another process. */
const catchUpWithinMs = 30_000;

/** What customers are told, by mail, of what happened and of what is to come. */
export const notificationModule = new ContainerModule(({ bind }) => {
  bind(tokens.notifications).toResolvedValue((pool) => new PostgresNotifications(pool), [tokens.pool]);
  bind(httpTokens.notifications).toResolvedValue((outbox) => outbox, [tokens.notifications]);
  bind(httpTokens.noticeTemplates).toResolvedValue(
    (pool) => new PostgresNoticeTemplates(pool),
    [tokens.pool],
  );
  bind(httpTokens.renderMail).toConstantValue(renderMailHtml);
  bind(httpTokens.links).toResolvedValue((pool) => new PostgresLinks(pool), [tokens.pool]);
  bind(tokens.mailInbox).toResolvedValue((pool) => new PostgresMailInbox(pool), [tokens.pool]);
  bind(httpTokens.mailInbox).toResolvedValue(
    ({ config: { mail, mode } }, inbox) => (mail.smtpUrl === null && mode !== 'live' ? inbox : null),
    [tokens.surroundings, tokens.mailInbox],
  );
  bind(tokens.mailer).toResolvedValue(
    ({ config: { mail, mode } }, inbox) => {
      if (mail.smtpUrl !== null) return new SmtpMailer({ url: mail.smtpUrl, from: mail.from });
      return mode === 'live' ? null : inbox;
    },
    [tokens.surroundings, tokens.mailInbox],
  );
  bind(tokens.composeNotice).toResolvedValue(
    (customers, profiles, records, invoices, templates, links, clock, { config, publicUrl, consoleUrl }) =>
      createComposeNotice({
        ...{ customers, profiles, records, invoices, templates },
        issueLinks: createIssueLinks({ links, clock, publicUrl }),
        renderMail: renderMailHtml,
        businessName: config.mail.from.name,
        mailDomain: config.mail.from.address.split('@')[1] ?? 'counterfoil.localhost',
        operators: {
          recipients: [...config.mail.reports.to, ...config.mail.alertsTo],
          language: config.mail.reports.language,
          consoleLink: config.console.on ? `${consoleUrl}/admin` : null,
        },
      }),
    [
      tokens.customerHandler,
      httpTokens.keepProfiles,
      httpTokens.customerProfiles,
      httpTokens.invoiceOperations,
      httpTokens.noticeTemplates,
      httpTokens.links,
      httpTokens.clock,
      tokens.surroundings,
    ],
  );
  bind(tokens.notificationWorker).toResolvedValue(
    (notifications, compose, mailer, logger) =>
      createNotificationWorker({ notifications, compose, mailer, logger, wakeUp: createWakeUp() }),
    [tokens.notifications, tokens.composeNotice, tokens.mailer, tokens.logger],
  );
  bind(tokens.noticePolicies).toResolvedValue(
    (payments, collections, invoices, plans, eventStore, notifications, { config }) => [
      createDisputeNotices({ payments, notifications, recipients: config.mail.alertsTo }),
      createPaymentNotices({ payments, collections, invoices, eventStore, notifications }),
      createInvoiceNotices({ invoices, collections, notifications }),
      createPlanNotices({ plans, invoices, collections, payments, notifications }),
    ],
    [
      tokens.paymentHandler,
      httpTokens.collectionHandler,
      httpTokens.invoiceOperations,
      httpTokens.planHandler,
      httpTokens.eventStore,
      tokens.notifications,
      tokens.surroundings,
    ],
  );
  bind(tokens.tellOfDates).toResolvedValue(
    (invoices, plans, credits, pool, notifications, { zone }, clock) =>
      createTellOfDates({
        ...{ invoices, plans, credits, notifications, zone, clock },
        cards: new PostgresExpiringCards(pool),
      }),
    [
      httpTokens.invoiceQueries,
      httpTokens.planQueries,
      httpTokens.creditQueries,
      tokens.pool,
      tokens.notifications,
      httpTokens.invoicing,
      httpTokens.clock,
    ],
  );
  bind(httpTokens.digestQueries).toResolvedValue((pool) => new PostgresDigestQueries(pool), [tokens.pool]);
  bind(tokens.tellOfDigests).toResolvedValue(
    (pool, notifications, { zone }, clock, { config }, projections, eventStore) =>
      createTellOfDigests({
        ...{ notifications, zone, clock },
        caughtUp: async () => projections.reached(await eventStore.head(), catchUpWithinMs),
        queries: new PostgresDigestQueries(pool),
        recipients: config.mail.reports.to,
        hour: config.mail.reports.hour,
      }),
    [
      tokens.pool,
      tokens.notifications,
      httpTokens.invoicing,
      httpTokens.clock,
      tokens.surroundings,
      httpTokens.projections,
      httpTokens.eventStore,
    ],
  );
});
