import type { SaleCommandKind } from './client-history.js';
import type { CommandTrace } from './command-traces.js';
import type { RawEvent } from './raw-event.js';
import { money, text } from './raw-event.js';

/** The first fact of each command that sells something, and whether that fact is all there is to it. */
const firsts: Readonly<Record<string, readonly [kind: SaleCommandKind, outcome: 'open' | 'done']>> = {
  CustomerRegistered: ['register', 'done'],
  CreditGranted: ['grant', 'done'],
  InvoiceDrafted: ['draft', 'done'],
  InvoiceFinalizationRequested: ['finalize', 'open'],
  CollectionStarted: ['pay', 'open'],
  ManualPaymentRecorded: ['cheque', 'open'],
};

const ends: Readonly<Record<string, readonly [kind: SaleCommandKind, outcome: 'done' | 'refused']>> = {
  InvoiceFinalized: ['finalize', 'done'],
  CollectionSucceeded: ['pay', 'done'],
  CollectionClaimRefused: ['pay', 'refused'],
  CollectionFailed: ['pay', 'refused'],
  ManualPaymentVerified: ['cheque', 'done'],
};

/** Commands that sell something, as the streams name them and say how they came out. */
export class SaleTraces {
  readonly #open = new Map<string, CommandTrace>();

  /** The command that a fact is the first of; undefined for any other fact, and where no client asked for it. */
  apply({ stream, type, data, metadata }: RawEvent): CommandTrace | undefined {
    const id = stream.slice(stream.indexOf('-') + 1);
    this.#end(id, type, money(data['settled'])?.minor ?? null);
    const [kind, outcome] = firsts[type] ?? [];
    const { reason } = metadata;
    if (kind === undefined || outcome === undefined || typeof reason !== 'string') return undefined;
    const asked = money(data['amount']);
    // Only of a grant and of a cheque does the client alone choose the amount.
    const isChosen = kind === 'grant' || kind === 'cheque';
    const trace: CommandTrace = {
      id: reason,
      kind,
      // The stream of credit is the customer's; the grant has an id of its own.
      subject: text(data['creditId']) ?? id,
      amount: isChosen ? (asked?.minor ?? null) : null,
      currency: asked?.currency ?? text(data['currency']),
      refund: null,
      outcome,
      settled: null,
    };
    this.#open.set(`${kind} ${id}`, trace);
    return trace;
  }

  #end(id: string, type: string, settled: bigint | null): void {
    const [kind, outcome] = ends[type] ?? [];
    const trace = this.#open.get(`${kind} ${id}`);
    if (trace === undefined || outcome === undefined) return;
    trace.outcome = outcome;
    trace.settled = settled;
  }
}
