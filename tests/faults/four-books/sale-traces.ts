import type { SaleCommandKind } from './client-history.js';
import type { CommandTrace } from './command-traces.js';
import type { RawEvent } from './raw-event.js';
import { money, text } from './raw-event.js';

/** The first fact of each command that sells something, and whether that fact is all there is to it. */
const firsts: Readonly<Record<string, readonly [kind: SaleCommandKind, outcome: 'open' | 'done']>> = {
  CustomerRegistered: ['register', 'done'],
  CreditGranted: ['grant', 'done'],
  OrderOpened: ['order', 'done'],
  OrderAnalysisStarted: ['order_step', 'done'],
  OrderReviewStarted: ['order_step', 'done'],
  OrderApproved: ['order_step', 'done'],
  OrderTotalAmended: ['order_step', 'done'],
  InvoiceDrafted: ['draft', 'done'],
  InvoiceFinalizationRequested: ['finalize', 'open'],
  CollectionStarted: ['pay', 'open'],
  ManualPaymentRecorded: ['cheque', 'open'],
  InvoiceRefundRequested: ['give_back', 'open'],
  PlanStarted: ['plan', 'done'],
};

const ends: Readonly<Record<string, readonly [kind: SaleCommandKind, outcome: 'done' | 'refused']>> = {
  InvoiceFinalized: ['finalize', 'done'],
  CollectionSucceeded: ['pay', 'done'],
  CollectionClaimRefused: ['pay', 'refused'],
  CollectionFailed: ['pay', 'refused'],
  ManualPaymentVerified: ['cheque', 'done'],
};

/** A refund of an invoice, and the parts of it that have come to no end. */
type GivingBack = { readonly trace: CommandTrace; readonly left: Set<string>; isRefused: boolean };

/** Commands that sell something, as the streams name them and say how they came out. */
export class SaleTraces {
  readonly #open = new Map<string, CommandTrace>();
  /** What is to go back, by the name of the reversal of each part. */
  readonly #parts = new Map<string, GivingBack>();

  /** The command that a fact is the first of; undefined for any other fact, and where no client asked for it. */
  apply({ stream, type, data, metadata }: RawEvent): CommandTrace | undefined {
    const id = stream.slice(stream.indexOf('-') + 1);
    this.#end(id, type, money(data['settled'])?.minor ?? null);
    this.#endPart(type, text(data['reversalId']));
    const [kind, outcome] = firsts[type] ?? [];
    const { reason } = metadata;
    if (kind === undefined || outcome === undefined || typeof reason !== 'string') return undefined;
    const asked = money(data['amount']);
    // The client alone chooses the amount.
    const isChosen = kind === 'grant' || kind === 'cheque' || kind === 'give_back';
    const trace: CommandTrace = {
      id: reason,
      kind,
      // The streams are the customer's and the invoice's; a grant and a refund have ids of their own.
      subject: text(data['creditId']) ?? text(data['invoiceRefundId']) ?? id,
      amount: isChosen ? (asked?.minor ?? null) : null,
      currency: asked?.currency ?? text(data['currency']),
      refund: null,
      outcome,
      settled: null,
    };
    this.#open.set(`${kind} ${id}`, trace);
    if (type === 'InvoiceRefundRequested') this.#follow(trace, data['parts']);
    return trace;
  }

  #follow(trace: CommandTrace, parts: unknown): void {
    const names = (parts as readonly { readonly reversalId: string }[]).map(({ reversalId }) => reversalId);
    const whole: GivingBack = { trace, left: new Set(names), isRefused: true };
    for (const name of names) this.#parts.set(name, whole);
  }

  /** All of it is refused only where every part is. */
  #endPart(type: string, part: string | null): void {
    const whole = part === null ? undefined : this.#parts.get(part);
    if (whole === undefined || part === null) return;
    if (type === 'InvoicePaymentReversed') whole.isRefused = false;
    else if (type !== 'InvoiceRefundPartRefused') return;
    whole.left.delete(part);
    if (whole.left.size === 0) whole.trace.outcome = whole.isRefused ? 'refused' : 'done';
  }

  #end(id: string, type: string, settled: bigint | null): void {
    const [kind, outcome] = ends[type] ?? [];
    const trace = this.#open.get(`${kind} ${id}`);
    if (trace === undefined || outcome === undefined) return;
    trace.outcome = outcome;
    trace.settled = settled;
  }
}
