import type { DailyFigures, ObjectiveName } from '../ports/digest-queries.js';
import type { Share } from '../ports/success-figures.js';

/** What a variable of a notice is filled with; how it reads is the language's business. */
export type NoticeFact =
  | { readonly text: string }
  /** Minor units as text, for JSON has no integers of that size. */
  | { readonly amount: string; readonly currency: string }
  /** A day of the calendar. */
  | { readonly date: string }
  /** A moment, shown as the day in the customer's zone. */
  | { readonly instant: string }
  /** Why a payment was declined, by the provider's codes. */
  | { readonly declined: string }
  | FiguresFact;

/** Figures for operators, which are shown as tables where their variable stands alone. */
export type FiguresFact =
  | { readonly daily: DailyFigures }
  | { readonly objectives: readonly ToldObjective[] };

/** What was promised, in basis points, and how it was kept. */
export type ToldObjective = {
  readonly name: ObjectiveName;
  readonly promised: number;
  readonly share: Share;
  readonly before: Share;
};

export type NoticeFacts = Readonly<Record<string, NoticeFact>>;

/** Links are made when a mail is written: they hold a secret, which no table keeps. */
const linkVariables = ['pay_link', 'portal_link', 'sign_in_link', 'console_link'] as const;
export type LinkVariable = (typeof linkVariables)[number];

/** What every notice may name. */
const commonVariables = ['customer_name', 'business_name'] as const;

/** Of a dispute, for operators: the customer has heard of it from the bank. */
const ofDispute = ['amount', 'payment', 'dispute', 'dispute_reason', 'evidence_due', 'console_link'] as const;

/** The kinds of notices, with the variables that their words may name beside the common ones. */
const kinds = {
  receipt: ['amount', 'paid_on', 'reference'],
  payment_declined: ['amount', 'reason', 'reference', 'pay_link'],
  refund_sent: ['amount', 'reference'],
  refund_failed: ['amount', 'reference'],
  invoice: ['number', 'amount', 'due_on', 'pay_link'],
  due_soon: ['amount', 'reference', 'due_on', 'pay_link'],
  overdue: ['amount', 'reference', 'due_on', 'pay_link'],
  installment_failed: ['amount', 'reference', 'part', 'reason', 'pay_link'],
  card_expiring: ['card', 'expires', 'portal_link'],
  credit_expiring: ['amount', 'expires_on', 'portal_link'],
  sign_in: ['sign_in_link', 'minutes'],
  dispute_inquiry: ofDispute,
  dispute_opened: ofDispute,
  dispute_won: ofDispute,
  dispute_lost: ofDispute,
  dispute_ended: ofDispute,
  daily_digest: ['day', 'figures', 'as_of', 'position', 'console_link'],
  weekly_summary: ['first_day', 'last_day', 'objectives', 'as_of', 'position', 'console_link'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type NoticeKind = keyof typeof kinds;
export const noticeKinds = Object.keys(kinds) as readonly NoticeKind[];

export function isNoticeKind(text: string): text is NoticeKind {
  return Object.hasOwn(kinds, text);
}

/** What the words of a kind may name, the common variables included. */
export function variablesOf(kind: NoticeKind): readonly string[] {
  return [...kinds[kind], ...commonVariables];
}

export function linksOf(kind: NoticeKind): readonly LinkVariable[] {
  const named: readonly string[] = kinds[kind];
  return linkVariables.filter((variable) => named.includes(variable));
}
