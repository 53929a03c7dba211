import type { RawEvent } from './raw-event.js';
import { money, text } from './raw-event.js';

/**
 * The part of book 2 that is about what is sold: invoices and the tenders that pay them, folded a second time from what the
 * facts say. Nothing of the product is used here.
 */
type Application = { readonly tender: string; left: bigint };

type Invoice = {
  readonly currency: string;
  readonly total: bigint;
  /** Of the total, without what was credited or voided of it. */
  tax: bigint;
  taxableTotal: bigint;
  /** Told as fallen due; null where tax falls due at the issue. */
  taxFallen: bigint | null;
  /** Credited, written off or voided. */
  gone: bigint;
  readonly claims: Set<string>;
  readonly applications: Map<string, Application>;
  /** Parts of refunds that were asked for and have come to no end, by the name of their reversal. */
  readonly goingBack: Map<string, bigint>;
};

/** What a tender says of itself: how much of it pays invoices now. */
type Tender = {
  brought: bigint;
  isReversed: boolean;
  /** What each dispute took, by the provider's name for it, and whether it was lost. */
  readonly disputes: Map<string, { taken: bigint; isLost: boolean }>;
};

export class InvoicesBook {
  /** Histories that no sequence of true facts can have. */
  readonly broken: string[] = [];
  /** Events that it knows, whose postings are none of a payment. */
  readonly events = new Set<string>();
  readonly #invoices = new Map<string, Invoice>();
  /** By the name that an application has for it. */
  readonly #tenders = new Map<string, Tender>();
  readonly #wallets = new Map<string, { left: bigint; held: bigint }>();
  readonly #ofCollections = new Set<string>();

  apply(event: RawEvent): void {
    const category = event.stream.slice(0, event.stream.indexOf('-'));
    const id = event.stream.slice(category.length + 1);
    switch (category) {
      case 'invoice':
        this.#applyInvoice(id, event);
        break;
      case 'creditAccount':
        this.#applyCredit(id, event);
        break;
      case 'manualPayment':
        this.#applyManual(id, event);
        break;
      case 'payment':
        this.#applyPayment(id, event);
        return;
      default:
        return;
    }
    this.events.add(event.event_id);
  }

  /** What customers owe, by currency. */
  dues(): ReadonlyMap<string, bigint> {
    const dues = new Map<string, bigint>();
    for (const invoice of this.#invoices.values()) {
      dues.set(invoice.currency, (dues.get(invoice.currency) ?? 0n) + dueOf(invoice));
    }
    return dues;
  }

  /** What of their tax is owed to the authorities, and what will be when they are paid, by currency. */
  taxes(): ReadonlyMap<string, { readonly payable: bigint; readonly deferred: bigint }> {
    const taxes = new Map<string, { readonly payable: bigint; readonly deferred: bigint }>();
    for (const { currency, tax, taxFallen } of this.#invoices.values()) {
      const { payable, deferred } = taxes.get(currency) ?? { payable: 0n, deferred: 0n };
      const fallen = taxFallen ?? tax;
      taxes.set(currency, { payable: payable + fallen, deferred: deferred + tax - fallen });
    }
    return taxes;
  }

  /** Invoices whose tax did not fall due as they were paid. */
  *wrongTaxes(): Generator<{ readonly subject: string; readonly detail: string }> {
    for (const [id, { tax, taxableTotal, taxFallen, applications }] of this.#invoices) {
      if (taxFallen === null) continue;
      const paid = [...applications.values()].reduce((sum, { left }) => sum + left, 0n);
      // Half a unit is rounded up.
      const expected = taxableTotal === 0n ? tax : (2n * tax * paid + taxableTotal) / (2n * taxableTotal);
      if (taxFallen !== expected)
        yield { subject: id, detail: `${taxFallen} of its tax fell due, not ${expected}` };
    }
  }

  /** Where invoices and tenders, at rest, say different things of what was paid. */
  *differences(): Generator<{ readonly subject: string; readonly detail: string }> {
    const applied = new Map<string, bigint>();
    for (const [id, { claims, applications, goingBack }] of this.#invoices) {
      for (const claim of claims) yield { subject: id, detail: `${claim} holds it for ever` };
      for (const [part, minor] of goingBack) {
        yield { subject: id, detail: `${minor} of it was to go back as ${part}, and nobody refused` };
      }
      for (const { tender, left } of applications.values()) {
        applied.set(tender, (applied.get(tender) ?? 0n) + left);
        if (left > 0n && !this.#tenders.has(tender)) yield { subject: id, detail: `${tender} is not there` };
      }
    }
    for (const [name, { brought, isReversed, disputes }] of this.#tenders) {
      const lost = [...disputes.values()].reduce(
        (sum, { taken, isLost }) => (isLost ? sum + taken : sum),
        0n,
      );
      // What never paid anything was to be given back, and the customer has it from the bank. An invoice that was paid stays so.
      if (!applied.has(name) && lost >= brought) continue;
      const paysNow = applied.get(name) ?? 0n;
      const expected = isReversed ? 0n : brought;
      if (paysNow !== expected) {
        yield { subject: name, detail: `${paysNow} of it pays invoices, ${expected} by its own stream` };
      }
    }
  }

  #applyInvoice(id: string, { type, data, stream, revision }: RawEvent): void {
    const at = `${stream}@${revision}: ${type}`;
    if (type === 'InvoiceFinalized') {
      const { minor, currency } = money(data['total']) ?? { minor: 0n, currency: 'none' };
      const tax = money(data['tax'])?.minor ?? 0n;
      const onPayment = (data['content'] as { taxPoint?: unknown } | undefined)?.taxPoint === 'payment';
      const taxes = { tax, taxableTotal: minor, taxFallen: onPayment ? 0n : null };
      const none = {
        ...taxes,
        gone: 0n,
        claims: new Set<string>(),
        applications: new Map(),
        goingBack: new Map(),
      };
      this.#invoices.set(id, { currency, total: minor, ...none });
      return;
    }
    const invoice = this.#invoices.get(id);
    if (invoice === undefined) return;
    const amount = money(data['amount'])?.minor ?? 0n;
    const application = String(data['applicationId']);
    switch (type) {
      case 'InvoiceCollectionClaimed':
        if (invoice.claims.size > 0) this.broken.push(`${at}: ${[...invoice.claims]} collects it already`);
        invoice.claims.add(String(data['collectionId']));
        break;
      case 'InvoiceCollectionReleased':
        invoice.claims.delete(String(data['collectionId']));
        break;
      case 'InvoicePaymentApplied':
        if (invoice.applications.has(application)) this.broken.push(`${at}: ${application} twice`);
        invoice.applications.set(application, { tender: nameOf(data['tender']), left: amount });
        break;
      case 'InvoicePaymentReversed': {
        const known = invoice.applications.get(application);
        if (known === undefined || known.left < amount) this.broken.push(`${at}: more than ${known?.left}`);
        else known.left -= amount;
        invoice.goingBack.delete(String(data['reversalId']));
        break;
      }
      case 'InvoiceRefundRequested': {
        const parts = data['parts'] as readonly Readonly<Record<string, unknown>>[];
        for (const part of parts) {
          invoice.goingBack.set(String(part['reversalId']), money(part['amount'])?.minor ?? 0n);
        }
        const asked = parts.reduce((sum, part) => sum + (money(part['amount'])?.minor ?? 0n), 0n);
        if (asked !== amount) this.broken.push(`${at}: parts of ${asked} are shared out of ${amount}`);
        break;
      }
      case 'InvoiceRefundPartRefused':
        if (!invoice.goingBack.delete(String(data['reversalId'])))
          this.broken.push(`${at}: is not asked for`);
        break;
      case 'InvoiceCredited':
      case 'InvoiceVoided':
        invoice.gone += money(data['total'])?.minor ?? 0n;
        invoice.taxableTotal -= money(data['total'])?.minor ?? 0n;
        invoice.tax -= money(data['tax'])?.minor ?? 0n;
        break;
      case 'InvoiceTaxFellDue':
        if (invoice.taxFallen === null) this.broken.push(`${at}: it fell due at the issue`);
        else invoice.taxFallen += amount;
        break;
      case 'InvoiceMarkedUncollectible':
      case 'InvoiceDifferenceWrittenOff':
        invoice.gone += amount;
        // Tax that falls due with payments falls due no more with what is given up.
        if (data['taxGivenUp'] === undefined) break;
        invoice.taxableTotal -= amount;
        invoice.tax -= money(data['taxGivenUp'])?.minor ?? 0n;
        break;
      default:
        return;
    }
    if (dueOf(invoice) < 0n) this.broken.push(`${at}: ${dueOf(invoice)} is due`);
  }

  #applyCredit(customer: string, { type, data, stream, revision }: RawEvent): void {
    const { minor, currency } = money(data['amount']) ?? { minor: 0n, currency: 'none' };
    const wallet = this.#wallets.get(`${customer} ${currency}`) ?? { left: 0n, held: 0n };
    this.#wallets.set(`${customer} ${currency}`, wallet);
    const hold = this.#tenderOf(`credit ${data['holdId']}`);
    switch (type) {
      case 'CreditGranted':
        wallet.left += minor;
        break;
      case 'CreditHeld':
        wallet.held += minor;
        break;
      case 'CreditHoldReleased':
        wallet.held -= minor;
        break;
      case 'CreditSpent':
        wallet.held -= minor;
        wallet.left -= minor;
        // What is spent on nothing that we know of pays no invoice.
        if (text(data['invoiceId']) !== null) hold.brought += minor;
        break;
      case 'CreditRestored':
        wallet.left += minor;
        if (text(data['invoiceId']) !== null) hold.brought -= minor;
        break;
      case 'CreditExpired':
      case 'CreditRevoked':
        wallet.left -= minor;
        break;
      default:
        return;
    }
    if (wallet.held < 0n || wallet.left < wallet.held) {
      this.broken.push(`${stream}@${revision}: ${type} leaves ${wallet.left}, ${wallet.held} of it on hold`);
    }
  }

  #applyManual(id: string, { type, data }: RawEvent): void {
    const tender = this.#tenderOf(`manual ${id}`);
    const amount = money(data['amount'])?.minor ?? 0n;
    if (type === 'ManualPaymentApplied') tender.brought += amount;
    if (type === 'ManualPaymentUnapplied') tender.brought -= amount;
    if (type === 'ManualPaymentReversed') tender.isReversed = true;
  }

  #applyPayment(id: string, { type, data }: RawEvent): void {
    if (type === 'PaymentCreated' && text(data['collectionId']) !== null) this.#ofCollections.add(id);
    if (!this.#ofCollections.has(id)) return;
    const tender = this.#tenderOf(`card ${id}`);
    const amount = money(data['amount'])?.minor ?? 0n;
    switch (type) {
      case 'PaymentCaptured':
      case 'RefundFailed':
      case 'RefundCanceled':
      case 'PaymentCreditRefunded':
        tender.brought += amount;
        return;
      case 'RefundInitiated':
      case 'RefundAdopted':
      case 'PaymentKeptAsCredit':
        tender.brought -= amount;
        return;
      case 'DisputeFundsWithdrawn':
        disputeOf(tender, data).taken += amount;
        return;
      case 'DisputeFundsReinstated':
        disputeOf(tender, data).taken -= amount;
        return;
      case 'DisputeClosed':
        disputeOf(tender, data).isLost = data['outcome'] === 'lost';
        return;
      default:
        return;
    }
  }

  #tenderOf(name: string): Tender {
    const tender = this.#tenders.get(name) ?? { brought: 0n, isReversed: false, disputes: new Map() };
    this.#tenders.set(name, tender);
    return tender;
  }
}

function disputeOf({ disputes }: Tender, { providerDisputeId }: RawEvent['data']) {
  const id = String(providerDisputeId);
  const dispute = disputes.get(id) ?? { taken: 0n, isLost: false };
  disputes.set(id, dispute);
  return dispute;
}

function dueOf({ total, gone, applications }: Invoice): bigint {
  return [...applications.values()].reduce((due, { left }) => due - left, total - gone);
}

function nameOf(tender: unknown): string {
  const { kind, paymentId, holdId, manualPaymentId } = tender as Readonly<Record<string, unknown>>;
  return `${kind} ${paymentId ?? holdId ?? manualPaymentId}`;
}
