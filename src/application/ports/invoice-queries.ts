import type { CreditReason, InvoicePurpose } from '../../domain/invoice/events.js';
import type { CivilDate } from '../../domain/shared/civil-date.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { Money } from '../../domain/shared/money.js';
import type { Position } from './event-store.js';
import type { CreatedRange, Page, PageRequest } from './read-models.js';

type InvoiceStatus = 'draft' | 'finalizing' | 'open' | 'paid' | 'void' | 'uncollectible';

export type InvoiceRow = {
  readonly id: string;
  readonly status: InvoiceStatus;
  /** Null until it is issued, as are the next two. */
  readonly number: string | null;
  readonly issued_on: CivilDate | null;
  readonly due_on: CivilDate | null;
  readonly customer: string;
  readonly order: string | null;
  readonly purpose: InvoicePurpose;
  readonly currency: string;
  /** Of a draft, what they would be if it were issued as it is. */
  readonly amount_net: bigint;
  readonly amount_tax: bigint;
  readonly amount_tax_due: bigint;
  readonly amount_total: bigint;
  readonly amount_paid: bigint;
  readonly amount_credited: bigint;
  readonly amount_written_off: bigint;
  /** total - paid - credited - written off; 0 on drafts and void ones */
  readonly amount_due: bigint;
  readonly metadata: Readonly<Record<string, string>>;
  readonly revision: bigint;
  readonly created_at: Instant;
};

export type CreditNoteRow = {
  readonly id: string;
  readonly invoice: string;
  /** `pending` while it waits for its number. */
  readonly status: 'pending' | 'issued';
  readonly number: string | null;
  readonly reason: CreditReason;
  readonly issued_on: CivilDate;
  readonly currency: string;
  readonly amount_net: bigint;
  readonly amount_tax: bigint;
  readonly amount_total: bigint;
  /** The credit note that this one takes back: its amounts are below zero. */
  readonly reverses: string | null;
  readonly created_at: Instant;
};

export type InvoiceFilter = PageRequest &
  CreatedRange & {
    readonly status: InvoiceStatus | null;
    readonly customer: string | null;
    readonly order: string | null;
    /** The beginning of a number, or all of it. */
    readonly number: string | null;
    readonly dueGte: CivilDate | null;
    readonly dueLte: CivilDate | null;
  };

export interface InvoiceQueries {
  list(filter: InvoiceFilter): Promise<Page<InvoiceRow>>;
  /**
   * What a customer owes on open invoices, by currency, and how much of it was due before a day.
   * @param elsewhere invoices whose parts have dates of their own: they count as owed, and never as overdue
   */
  owedBy(
    customer: string,
    today: CivilDate,
    elsewhere: readonly string[],
  ): Promise<readonly { readonly currency: string; readonly due: bigint; readonly overdue: bigint }[]>;
  /**
   * What was due at an instant on invoices that had been issued by then, by due date: facts since then do not count.
   * @param customer null for all of them
   */
  dueAt(
    instant: Instant,
    customer: string | null,
  ): Promise<{
    /** Of the last event that is counted. */
    readonly position: Position;
    readonly due: readonly { readonly dueOn: CivilDate; readonly amount: Money }[];
  }>;
}

export interface CreditNoteQueries {
  list(
    filter: PageRequest &
      CreatedRange & { readonly invoice: string | null; readonly customer: string | null },
  ): Promise<Page<CreditNoteRow>>;
  /** The invoice that a credit note belongs to. */
  findInvoice(creditNoteId: string): Promise<string | undefined>;
}
