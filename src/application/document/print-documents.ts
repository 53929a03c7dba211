import { createHash } from 'node:crypto';
import type { CollectionState } from '../../domain/collection/state.js';
import type { CreditNote, ExistingInvoice, InvoiceState, IssuedInvoice } from '../../domain/invoice/state.js';
import { isIssued } from '../../domain/invoice/state.js';
import type { PaymentState } from '../../domain/payment/state.js';
import type { PlanState } from '../../domain/plan/state.js';
import type { CollectionId, CreditNoteId, InvoiceId, PaymentId } from '../../domain/shared/ids.js';
import { readIssuedIdentity } from '../invoice/issued-identity.js';
import { planIdOf } from '../plan/plan-ids.js';
import type {
  BillingIdentities,
  BillingIdentity,
  IssuedIdentities,
  NamedIdentity,
} from '../ports/billing-identities.js';
import type { Clock } from '../ports/clock.js';
import type { DocumentPrinter } from '../ports/document-printer.js';
import type { Renderings } from '../ports/renderings.js';
import type { Loaded } from '../shared/command-handler.js';
import type { Zone } from '../shared/zones.js';
import { creditNoteSheet } from './credit-note-sheet.js';
import type { DocumentLook } from './document-look.js';
import { wordingOf } from './document-look.js';
import { invoiceSheet } from './invoice-sheet.js';
import { receiptSheet } from './receipt-sheet.js';
import type { Sheet } from './sheet.js';

/** What an issued document shows is not what it showed before: somebody must look at it before it goes out. */
export class DocumentNotTheSame extends Error {
  override readonly name = 'DocumentNotTheSame';
}

export type PrintedDocument = {
  readonly bytes: Uint8Array;
  /** In hexadecimal digits. */
  readonly sha256: string;
  /** The document's number, or what it is while it has none. */
  readonly name: string;
};

export type PrintDocuments = {
  /**
   * An invoice as it is now; undefined where there is none.
   * @throws DocumentNotTheSame, PrintingFailed
   */
  invoice(invoiceId: InvoiceId): Promise<PrintedDocument | undefined>;
  /** A credit note; undefined where the invoice has none of that id. Throws as `invoice` does. */
  creditNote(invoiceId: string, creditNoteId: CreditNoteId): Promise<PrintedDocument | undefined>;
  /** What a payment brought; undefined where nothing was taken. Throws as `invoice` does. */
  receipt(paymentId: PaymentId): Promise<PrintedDocument | undefined>;
};

/** The look of a document, and its version in words. */
export type LookOf = (
  invoice: ExistingInvoice,
) => Promise<{ readonly look: DocumentLook; readonly version: string }>;

type Stream<S> = { load(id: string): Promise<Loaded<S>> };

export function createPrintDocuments(parts: {
  readonly invoices: Stream<InvoiceState>;
  readonly plans: Stream<PlanState>;
  readonly payments: Stream<PaymentState>;
  readonly collections: Stream<CollectionState>;
  readonly identities: BillingIdentities;
  readonly issued: Pick<IssuedIdentities, 'find'>;
  readonly lookOf: LookOf;
  /** The look of what is not issued, with its version. */
  readonly currentLook: () => ReturnType<LookOf>;
  readonly printer: DocumentPrinter;
  readonly renderings: Renderings;
  readonly clock: Clock;
  readonly zone: Zone;
}): PrintDocuments {
  const { invoices, plans, payments, collections, identities, issued } = parts;
  const { lookOf, currentLook, printer, renderings, clock, zone } = parts;

  async function buyerOf(invoice: ExistingInvoice): Promise<BillingIdentity | null> {
    const { invoiceId, customerId } = invoice.details;
    if (!isIssued(invoice)) return (await identities.current(customerId)) ?? null;
    if (invoice.billingIdentitySha256 === null) return null;
    const document = await issued.find(invoiceId);
    // Erased on request: the figures are kept, the person is not.
    if (document === undefined) return null;
    const identity = readIssuedIdentity(document, invoice.billingIdentitySha256);
    if (identity === undefined) {
      throw new DocumentNotTheSame(`the billing identity of ${invoiceId} is not the one it was issued to`);
    }
    return identity;
  }

  /** Of a document that changes no more, the digest is kept, and every later printing compared with it. */
  async function printed(
    document: string,
    name: string,
    sheet: Sheet,
    versions: readonly string[] | null,
  ): Promise<PrintedDocument> {
    const bytes = await printer.print(sheet);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (versions !== null) {
      const edition = [...versions, printer.edition].join(' ');
      const renderedAt = clock.now();
      const kept = await renderings.keep({ document, edition, sha256, bytes: bytes.length, renderedAt });
      if (kept !== sha256) {
        throw new DocumentNotTheSame(`${document} had the digest ${kept} and has ${sha256} (${edition})`);
      }
    }
    return { bytes, sha256, name };
  }

  async function printInvoice(invoiceId: InvoiceId): Promise<PrintedDocument | undefined> {
    const { state, revision } = await invoices.load(invoiceId);
    if (state.status === 'absent') return undefined;
    const [{ look, version }, buyer, plan] = await Promise.all([
      lookOf(state),
      buyerOf(state),
      plans.load(planIdOf(invoiceId)),
    ]);
    const sheet = invoiceSheet(wordingOf(look, buyer?.locale ?? null), {
      invoice: state,
      buyer,
      plan: plan.state.status === 'absent' ? null : plan.state,
      zone,
    });
    if (!isIssued(state)) return printed(invoiceId, 'draft', sheet, null);
    const versions = [`invoice/${revision}`, `plan/${plan.revision ?? 'none'}`, version, to(buyer)];
    return printed(invoiceId, state.number, sheet, versions);
  }

  async function printNote(invoice: IssuedInvoice, note: CreditNote): Promise<PrintedDocument> {
    const [{ look, version }, buyer] = await Promise.all([lookOf(invoice), buyerOf(invoice)]);
    const sheet = creditNoteSheet(wordingOf(look, buyer?.locale ?? null), { invoice, note, buyer });
    const { creditNoteId, number } = note;
    if (number === null) return printed(creditNoteId, 'draft', sheet, null);
    return printed(creditNoteId, number, sheet, [`note/${number}`, version, to(buyer)]);
  }

  async function printReceipt(paymentId: PaymentId): Promise<PrintedDocument | undefined> {
    const { state: payment, revision } = await payments.load(paymentId);
    if (payment.status !== 'captured') return undefined;
    const { customerId, collectionId } = payment.details;
    const nobody: NamedIdentity = { identity: null, version: 'profile/none' };
    const [{ look, version }, buyer, invoice] = await Promise.all([
      currentLook(),
      customerId === null ? nobody : identities.named(customerId),
      paidInvoice(collectionId ?? null),
    ]);
    const wording = wordingOf(look, buyer.identity?.locale ?? null);
    const sheet = receiptSheet(wording, { payment, invoice, buyer: buyer.identity, zone });
    return printed(paymentId, paymentId, sheet, [`payment/${revision}`, version, buyer.version]);
  }

  async function paidInvoice(collectionId: CollectionId | null): Promise<string | null> {
    if (collectionId === null) return null;
    const { state } = await collections.load(collectionId);
    if (state.status === 'absent') return null;
    const { state: invoice } = await invoices.load(state.details.invoiceId);
    return isIssued(invoice) ? invoice.number : null;
  }

  return {
    receipt: printReceipt,
    invoice: printInvoice,
    async creditNote(invoiceId, creditNoteId) {
      const { state } = await invoices.load(invoiceId);
      if (!isIssued(state)) return undefined;
      const note = state.creditNotes.find((one) => one.creditNoteId === creditNoteId);
      return note === undefined ? undefined : printNote(state, note);
    },
  };
}

/** A document to a person who was erased since is another one. */
function to(buyer: BillingIdentity | null): string {
  return buyer === null ? 'to/nobody' : 'to/somebody';
}
