import type { ComposeNotice } from '../../application/notification/compose-notice.js';
import type { Logger } from '../../application/ports/logger.js';
import type { Mailer } from '../../application/ports/mailer.js';
import type { ClaimedNotice, NoticeOutcome, Notifications } from '../../application/ports/notifications.js';
import { delayAfterAttempt, webhookAttemptsMax } from '../../application/webhook/retry-schedule.js';
import type { WakeUp } from './wake-up.js';
import type { Worker } from './work-loop.js';
import { createWorkLoop } from './work-loop.js';

/** Longer than composing and a mail server can take, so that a notice passes to another worker only when this one has died. */
const leaseMs = 120_000;
/** As patient as with webhooks: some 20 hours. */
const attemptsMax = webhookAttemptsMax;

/**
 * Tells customers what the outbox holds. A mail that was handed over and whose notice could not be settled after it goes out
 * again under the same Message-ID: at least once, and seen once.
 */
export function createNotificationWorker(parts: {
  readonly notifications: Pick<Notifications, 'claimDue' | 'settle'>;
  readonly compose: ComposeNotice;
  /** Null where there is no way to mail anybody: notices are kept, and skipped. */
  readonly mailer: Mailer | null;
  readonly logger: Logger;
  readonly wakeUp: WakeUp;
  readonly concurrency?: number;
  readonly pollMs?: number;
}): Worker {
  const { notifications, compose, mailer, logger, wakeUp, concurrency = 4, pollMs = 1_000 } = parts;

  async function tell(notice: ClaimedNotice): Promise<NoticeOutcome> {
    // The attempt is counted when it begins: a notice that ends the process each time is given up as well.
    if (notice.attempts > attemptsMax) {
      return { status: 'parked', error: `given up after ${notice.attempts - 1} attempts` };
    }
    if (mailer === null) return { status: 'skipped', reason: 'no_mail_server' };
    const composed = await compose(notice);
    if (composed.outcome === 'skipped') return { status: 'skipped', reason: composed.reason };
    const sent = await mailer.send(composed.mail);
    if (sent.outcome === 'refused') return { status: 'parked', error: sent.reason };
    return { status: 'sent', messageId: composed.mail.messageId };
  }

  async function handle(notice: ClaimedNotice): Promise<void> {
    const about = { notification: notice.id, kind: notice.kind, attempts: notice.attempts };
    let outcome: NoticeOutcome;
    try {
      outcome = await tell(notice);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      outcome =
        notice.attempts >= attemptsMax
          ? { status: 'parked', error: message }
          : { status: 'queued', error: message, retryInMs: delayAfterAttempt(notice.attempts) };
    }
    if (outcome.status === 'parked') logger.error({ ...about, reason: outcome.error }, 'a notice was parked');
    if (outcome.status === 'queued')
      logger.warn({ ...about, reason: outcome.error }, 'a notice waits for a retry');
    await notifications.settle(notice, outcome);
  }

  const claim = (limit: number) => notifications.claimDue(limit, leaseMs);
  return createWorkLoop({ name: 'notifications', concurrency, pollMs, wakeUp, logger, claim, handle });
}
