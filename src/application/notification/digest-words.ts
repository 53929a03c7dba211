import type { ObjectiveName } from '../ports/digest-queries.js';
import type { PaymentStatus, RefundStatus } from '../ports/read-models.js';

/** What stands around the figures of operators' mails. */
export type DigestWords = {
  readonly none: string;
  readonly titles: Readonly<
    Record<
      | 'payments'
      | 'outcomes'
      | 'declines'
      | 'refunds'
      | 'look'
      | 'alerts'
      | 'due'
      | 'webhooks'
      | 'objectives'
      | 'before',
      string
    >
  >;
  readonly labels: Readonly<
    Record<
      | 'succeeded'
      | 'first'
      | 'later'
      | 'unfinished'
      | 'unanswered'
      | 'stuck'
      | 'inDoubt'
      | 'overdue'
      | 'dueToday'
      | 'webhooksFailed'
      | 'webhooksWaiting'
      | 'webhooksDismissed',
      string
    >
  >;
  readonly statuses: Readonly<Record<PaymentStatus | RefundStatus, string>>;
  readonly objectives: Readonly<Record<ObjectiveName, string>>;
  /** `97.50 % (195 of 200)` */
  of(percent: string, part: string, whole: string): string;
  since(instant: string): string;
  opened(instant: string): string;
  closed(instant: string): string;
  readonly stillOpen: string;
  promised(percent: string): string;
  /** What a share says of a promise: the error budget is how many may go wrong. */
  kept(budget: { readonly bad: string; readonly allowed: string; readonly left: string }): string;
  missed(budget: { readonly bad: string; readonly allowed: string }): string;
  excluded(count: string): string;
  readonly nothing: string;
};

const english: DigestWords = {
  none: 'none',
  titles: {
    payments: 'Payments made, by status',
    outcomes: 'Payments that came to an answer',
    declines: 'Declines by reason',
    refunds: 'Refunds asked for, by status',
    look: 'Stuck or in doubt now',
    alerts: 'Alerts opened or closed',
    due: 'Overdue, and due today',
    webhooks: 'Webhooks that came in',
    objectives: 'The week',
    before: 'The week before',
  },
  labels: {
    succeeded: 'Succeeded',
    first: 'by the first attempt',
    later: 'by a later attempt',
    unfinished: 'Left unfinished by the customer (not counted)',
    unanswered: 'Without an answer so far (not counted)',
    stuck: 'Payments that are stuck',
    inDoubt: 'Requests to the provider without an outcome',
    overdue: 'Overdue',
    dueToday: 'Due today',
    webhooksFailed: 'Failed or parked',
    webhooksWaiting: 'Not tried yet (not counted)',
    webhooksDismissed: 'Dismissed by a person (not counted)',
  },
  statuses: {
    requires_payment_method: 'wants another payment method',
    requires_action: 'waits for the customer',
    processing: 'on its way',
    authorized: 'authorized',
    succeeded: 'succeeded',
    partially_refunded: 'partially refunded',
    refunded: 'refunded',
    failed: 'failed',
    canceled: 'canceled',
    pending: 'on its way',
    requires_approval: 'waits for approval',
    rejected: 'not approved',
  },
  objectives: {
    payment_success: 'Payments that succeed',
    prompt_answer: 'Answers within 3 s, where the customer need not act',
    webhook_success: 'Webhooks that are handled',
    uptime: 'Minutes in which payments were healthy',
  },
  of: (percent, part, whole) => `${percent} (${part} of ${whole})`,
  since: (instant) => `since ${instant}`,
  opened: (instant) => `opened ${instant}`,
  closed: (instant) => `closed ${instant}`,
  stillOpen: 'still open',
  promised: (percent) => `promised: ${percent}`,
  kept: ({ bad, allowed, left }) => `kept; ${bad} of ${allowed} that may go wrong are used, ${left} are left`,
  missed: ({ bad, allowed }) => `missed; ${bad} went wrong, where ${allowed} may`,
  excluded: (count) => `not counted: ${count}`,
  nothing: 'nothing to judge',
};

const german: DigestWords = {
  none: 'keine',
  titles: {
    payments: 'Zahlungen nach Status',
    outcomes: 'Zahlungen mit einer Antwort',
    declines: 'Ablehnungen nach Grund',
    refunds: 'Verlangte Erstattungen nach Status',
    look: 'Festgefahren oder ungewiss, jetzt',
    alerts: 'Alarme, die begannen oder endeten',
    due: 'Überfällig und heute fällig',
    webhooks: 'Eingegangene Webhooks',
    objectives: 'Die Woche',
    before: 'Die Woche davor',
  },
  labels: {
    succeeded: 'Gelungen',
    first: 'im ersten Versuch',
    later: 'in einem späteren Versuch',
    unfinished: 'Vom Kunden nicht beendet (nicht gezählt)',
    unanswered: 'Noch ohne Antwort (nicht gezählt)',
    stuck: 'Festgefahrene Zahlungen',
    inDoubt: 'Anfragen an den Anbieter ohne Ergebnis',
    overdue: 'Überfällig',
    dueToday: 'Heute fällig',
    webhooksFailed: 'Fehlgeschlagen oder beiseitegelegt',
    webhooksWaiting: 'Noch nicht versucht (nicht gezählt)',
    webhooksDismissed: 'Von einem Menschen verworfen (nicht gezählt)',
  },
  statuses: {
    requires_payment_method: 'braucht ein anderes Zahlungsmittel',
    requires_action: 'wartet auf den Kunden',
    processing: 'unterwegs',
    authorized: 'autorisiert',
    succeeded: 'gelungen',
    partially_refunded: 'teilweise erstattet',
    refunded: 'erstattet',
    failed: 'fehlgeschlagen',
    canceled: 'abgebrochen',
    pending: 'unterwegs',
    requires_approval: 'wartet auf Freigabe',
    rejected: 'nicht freigegeben',
  },
  objectives: {
    payment_success: 'Zahlungen, die gelingen',
    prompt_answer: 'Antworten in 3 s, wo der Kunde nichts tun muss',
    webhook_success: 'Webhooks, die verarbeitet werden',
    uptime: 'Minuten, in denen Zahlungen gesund waren',
  },
  of: (percent, part, whole) => `${percent} (${part} von ${whole})`,
  since: (instant) => `seit ${instant}`,
  opened: (instant) => `begann ${instant}`,
  closed: (instant) => `endete ${instant}`,
  stillOpen: 'noch offen',
  promised: (percent) => `versprochen: ${percent}`,
  kept: ({ bad, allowed, left }) =>
    `gehalten; ${bad} von ${allowed} möglichen Fehlern verbraucht, ${left} bleiben`,
  missed: ({ bad, allowed }) => `verfehlt; ${bad} Fehler, wo ${allowed} sein dürfen`,
  excluded: (count) => `nicht gezählt: ${count}`,
  nothing: 'nichts zu beurteilen',
};

/** In English where the language is not the program's own. */
export function digestWordsIn(language: string): DigestWords {
  return language === 'de' ? german : english;
}
