import type { UntoldAlert } from '../../domain/alert/alert.js';
import type { AlertRuleName } from '../../domain/alert/alert-rules.js';
import type { WrittenNotice } from '../notification/write-notice.js';
import { plainText } from '../notification/write-notice.js';
import { newestStuck } from '../payment/stuck-payments.js';
import type { Clock } from '../ports/clock.js';
import type { Mail, Mailer } from '../ports/mailer.js';
import type { PaymentQueries } from '../ports/read-models.js';
import { commandIdOf } from '../shared/event-ids.js';
import type { AlertHandler, Alerts } from './alerts.js';
import { measuredText, watched } from './measured-text.js';

/** So many stuck payments are named; all others are behind a link. */
const namedMax = 10;

/**
 * Mails what is new of the alerts to those who are to know it, and notes that it was told. When the process dies in between the mail
 * goes out again with the same Message-ID. Answers how many mails were handed over.
 * @throws when the mail server does not take one for now
 */
export function createTellOperators(parts: {
  readonly alerts: Pick<Alerts, 'rules'>;
  readonly handler: AlertHandler;
  /** Null where there is no way to send mail. */
  readonly mailer: Mailer | null;
  readonly recipients: readonly string[];
  readonly mailDomain: string;
  readonly renderMail: (mail: WrittenNotice, businessName: string) => string;
  readonly businessName: string;
  readonly clock: Clock;
  readonly payments: Pick<PaymentQueries, 'list'>;
  /** Where it stands what a rule's alert means and what to do about it. */
  readonly runbookLink: (rule: AlertRuleName) => string;
  /** Where the console is; null where there is none. */
  readonly consoleLink: string | null;
}): () => Promise<number> {
  const { alerts, handler, mailer, recipients, mailDomain, renderMail, businessName, clock } = parts;

  /** Whoever is woken by the alert finds in it what to look at first. */
  async function stuckOnes(): Promise<WrittenNotice['pieces']> {
    const { consoleLink } = parts;
    const ids = (await newestStuck(parts.payments, clock.now(), namedMax)).map(({ id }) => id);
    if (ids.length === 0) return [];
    const lines = ids.map((id) => (consoleLink === null ? id : `${consoleLink}/payments/${id}`));
    const text = `The newest of them:\n${lines.join('\n')}`;
    if (consoleLink === null) return [{ text }];
    return [{ text }, { label: 'All stuck payments', url: `${consoleLink}/payments?stuck=yes` }];
  }

  async function piecesOf(rule: AlertRuleName, news: UntoldAlert): Promise<WrittenNotice['pieces']> {
    const [first, ...others] = textOf(rule, news).map((text) => ({ text }));
    const named = rule === 'stuck_payments' && news.news === 'opened' ? await stuckOnes() : [];
    const advice =
      news.news === 'opened' ? [{ label: 'What to do about it', url: parts.runbookLink(rule) }] : [];
    return [...(first === undefined ? [] : [first]), ...named, ...advice, ...others];
  }

  type Addressed = { readonly to: string; readonly index: number };
  function mailOf(
    rule: AlertRuleName,
    news: UntoldAlert,
    pieces: WrittenNotice['pieces'],
    { to, index }: Addressed,
  ): Mail {
    const subject = `Alert ${news.news}: ${rule.replaceAll('_', ' ')}`;
    const written = { language: 'en', subject, pieces };
    return {
      messageId: `<${news.alertId}.${news.news}.${index}@${mailDomain}>`,
      ...{ to, subject },
      text: plainText(written),
      html: renderMail(written, businessName),
    };
  }

  return async () => {
    if (mailer === null || recipients.length === 0) return 0;
    let sent = 0;
    for (const { rule, state } of await alerts.rules()) {
      for (const news of state.untold) {
        const pieces = await piecesOf(rule, news);
        for (const [index, to] of recipients.entries()) {
          await mailer.send(mailOf(rule, news, pieces, { to, index }));
          sent += 1;
        }
        const cause = `${news.alertId} ${news.news}`;
        const { alertId } = news;
        await handler.handle(
          rule,
          { type: 'RecordAlertTold', at: clock.now(), rule, alertId, news: news.news },
          {
            commandId: commandIdOf('alert told', cause),
            correlationId: alertId,
            causationId: alertId,
            actor: { kind: 'system', id: 'alerts' },
            reason: null,
          },
        );
      }
    }
    return sent;
  };
}

function textOf(rule: AlertRuleName, { news, at, value, sample }: UntoldAlert): readonly string[] {
  const of = sample === 0 ? '' : ` (sample: ${sample})`;
  return news === 'opened'
    ? [
        `${watched[rule]} is ${measuredText(rule, value)}${of} as of ${at}.`,
        'The alert closes by itself when that is over, and you will be told. Until then you can acknowledge it.',
      ]
    : [`${watched[rule]} is ${measuredText(rule, value)}${of} as of ${at}: the alert is over.`];
}
