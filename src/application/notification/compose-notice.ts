import type { OptionalNotice } from '../../domain/customer/profile.js';
import { optionalNotices } from '../../domain/customer/profile.js';
import type { RegisteredCustomer } from '../../domain/customer/state.js';
import { parseInvoiceId } from '../../domain/shared/ids.js';
import { isPositive } from '../../domain/shared/money.js';
import type { CustomerHandler } from '../customer/customer-effects.js';
import type { KeepProfiles } from '../customer/keep-profiles.js';
import type { InvoiceOperations } from '../invoice/invoice-operations.js';
import { payableInvoice } from '../invoice/payable-invoice.js';
import type { CustomerProfiles } from '../ports/customer-profiles.js';
import type { Mail } from '../ports/mailer.js';
import type { NoticeTemplates, NoticeWords } from '../ports/notice-templates.js';
import type { ClaimedNotice, Notice } from '../ports/notifications.js';
import { knownZone, parseZone } from '../shared/zones.js';
import type { IssueLinks } from './issue-links.js';
import type { LinkVariable, NoticeFacts, NoticeKind } from './notice-kinds.js';
import { linksOf } from './notice-kinds.js';
import { stateOf } from './tell-of-digests.js';
import { englishWords, languageOf, ownWords } from './words-of-notices.js';
import type { WrittenNotice } from './write-notice.js';
import { plainText, writeNotice } from './write-notice.js';

/** How a written notice looks as HTML. */
export type RenderMail = (notice: WrittenNotice, businessName: string) => string;

type ComposedNotice =
  | { readonly outcome: 'mail'; readonly mail: Mail }
  /** Nobody is to be told, and why in a word. */
  | { readonly outcome: 'skipped'; readonly reason: string };

export type ComposeNotice = (
  notice: Notice & Pick<ClaimedNotice, 'id' | 'sending'>,
) => Promise<ComposedNotice>;

/** What asks for money is not sent once nothing is asked for. */
const reminders: readonly NoticeKind[] = ['due_soon', 'overdue', 'installment_failed', 'payment_declined'];

/** Makes a mail of a notice when it is sent: for the customer, preferences and debts as they are then. */
export function createComposeNotice(parts: {
  readonly customers: Pick<CustomerHandler, 'load'>;
  readonly profiles: Pick<KeepProfiles, 'read'>;
  readonly records: Pick<CustomerProfiles, 'findDetails'>;
  readonly invoices: Pick<InvoiceOperations, 'load'>;
  readonly templates: Pick<NoticeTemplates, 'find'>;
  readonly issueLinks: IssueLinks;
  readonly renderMail: RenderMail;
  readonly businessName: string;
  /** What stands after the @ of Message-IDs. */
  readonly mailDomain: string;
  readonly operators: {
    /** Mail addresses. */
    readonly recipients: readonly string[];
    /** ISO 639 */
    readonly language: string;
    /** Where their console is; null where there is none. */
    readonly consoleLink: string | null;
  };
}): ComposeNotice {
  const { customers, profiles, records, invoices, templates, issueLinks, renderMail } = parts;
  const { businessName, mailDomain, operators } = parts;

  async function wordsOf(kind: NoticeKind, language: string): Promise<NoticeWords> {
    return (
      (await templates.find(kind, language)) ??
      ownWords(kind, language) ??
      (await templates.find(kind, 'en')) ??
      englishWords(kind)
    );
  }

  /** Whether the invoice asks for money now; undefined for a notice of no invoice. */
  async function asksForMoney({ facts }: Notice): Promise<boolean | undefined> {
    const named = facts['invoice'];
    const id = named !== undefined && 'text' in named ? parseInvoiceId(named.text) : undefined;
    if (id === undefined) return undefined;
    const found = payableInvoice((await invoices.load(id)).state);
    return !('code' in found) && isPositive(found.payable);
  }

  /** What the customer knows a card by, which no fact holds; undefined for one that was removed. */
  async function cardFacts(state: RegisteredCustomer, { facts }: Notice): Promise<NoticeFacts | undefined> {
    const named = facts['method'];
    const id = named !== undefined && 'text' in named ? named.text : undefined;
    const method = state.methods.find(({ paymentMethodId }) => paymentMethodId === id);
    if (method === undefined) return undefined;
    const card = (await records.findDetails([method.detailsId])).get(method.detailsId);
    if (card === undefined || card.expMonth === null || card.expYear === null) return undefined;
    return {
      card: { text: `${card.brand ?? ''} •••• ${card.last4 ?? ''}`.trim() },
      expires: { text: `${String(card.expMonth).padStart(2, '0')}/${card.expYear}` },
    };
  }

  async function linksFor(notice: Notice, asks: boolean | undefined) {
    const links: Partial<Record<LinkVariable, string>> = {};
    for (const variable of linksOf(notice.kind)) {
      if (variable === 'console_link' || (variable === 'pay_link' && asks !== true)) continue;
      links[variable] = await issueLinks(variable, notice);
    }
    return links;
  }

  function mailOf(notice: Parameters<ComposeNotice>[0], to: string, written: WrittenNotice): ComposedNotice {
    return {
      outcome: 'mail',
      mail: {
        messageId: `<${notice.id}.${notice.sending}@${mailDomain}>`,
        to,
        subject: written.subject,
        text: plainText(written),
        html: renderMail(written, businessName),
      },
    };
  }

  /** To one of those who are configured, as long as they are. */
  async function composeForOperator(notice: Parameters<ComposeNotice>[0]): Promise<ComposedNotice> {
    const to = operators.recipients.find((address) => stateOf(address) === notice.state);
    if (to === undefined) return { outcome: 'skipped', reason: 'no_address' };
    const { language, consoleLink } = operators;
    const written = writeNotice(notice.kind, await wordsOf(notice.kind, language), {
      facts: notice.facts,
      links: consoleLink === null ? {} : { console_link: `${consoleLink}${placeOf(notice)}` },
      reader: { name: null, locale: language, language, zone: knownZone('UTC') },
      businessName,
    });
    return mailOf(notice, to, written);
  }

  return async (notice) => {
    const { kind, customer } = notice;
    if (customer === null) return composeForOperator(notice);
    const { state } = await customers.load(customer);
    if (state.status === 'absent') return { outcome: 'skipped', reason: 'customer_unknown' };
    const profile = await profiles.read(state);
    if (profile.email === null) return { outcome: 'skipped', reason: 'no_address' };
    if (isOptional(kind) && profile.noticesOff.includes(kind)) {
      return { outcome: 'skipped', reason: 'switched_off_by_customer' };
    }
    const asks = await asksForMoney(notice);
    if (asks === false && reminders.includes(kind)) return { outcome: 'skipped', reason: 'nothing_is_due' };
    const card = kind === 'card_expiring' ? await cardFacts(state, notice) : {};
    if (card === undefined) return { outcome: 'skipped', reason: 'card_is_gone' };
    const locale = profile.locale ?? 'en';
    const language = languageOf(locale);
    const written = writeNotice(kind, await wordsOf(kind, language), {
      facts: { ...notice.facts, ...card },
      links: await linksFor(notice, asks),
      reader: {
        name: profile.name,
        locale,
        language,
        zone: parseZone(profile.timeZone ?? 'UTC') ?? knownZone('UTC'),
      },
      businessName,
    });
    return mailOf(notice, profile.email, written);
  };
}

/** Where in the console it stands what the notice is about: a payment's page, or the overview. */
function placeOf({ facts }: Notice): string {
  const payment = facts['payment'];
  return payment !== undefined && 'text' in payment ? `/payments/${payment.text}` : '';
}

function isOptional(kind: NoticeKind): kind is OptionalNotice {
  return (optionalNotices as readonly string[]).includes(kind);
}
