import type { InvoiceCommand } from '../../domain/invoice/commands.js';
import type { CreditScope } from '../../domain/invoice/credit-note.js';
import type { CreditReason, InvoiceEvent } from '../../domain/invoice/events.js';
import type { NumberFormat } from '../../domain/invoice/number-series.js';
import { seriesOf } from '../../domain/invoice/number-series.js';
import type { InvoiceRejection } from '../../domain/invoice/rejections.js';
import type { CreditNote, InvoiceState } from '../../domain/invoice/state.js';
import { isIssued } from '../../domain/invoice/state.js';
import type { CreditNoteId } from '../../domain/shared/ids.js';
import type { IssuedLook } from '../../domain/shared/issued-look.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { Logger } from '../ports/logger.js';
import type { CommandHandler, Handled, HandleOptions, Loaded } from '../shared/command-handler.js';
import { commandIdOf } from '../shared/event-ids.js';
import { within } from '../shared/within.js';
import type { Zone } from '../shared/zones.js';
import { civilDateIn } from '../shared/zones.js';
import type { DocumentNumbers } from './document-numbers.js';
import type { KeepIssuedIdentity } from './issued-identity.js';

export type InvoiceHandler = CommandHandler<InvoiceState, InvoiceCommand, InvoiceEvent, InvoiceRejection>;
export type HandledInvoice = Handled<InvoiceState, InvoiceEvent, InvoiceRejection>;

/** How this business issues documents. */
export type Invoicing = {
  /** Where the days of issue begin and end. */
  readonly zone: Zone;
  readonly invoices: NumberFormat;
  readonly creditNotes: NumberFormat;
};

type Options = HandleOptions<InvoiceState>;
type Cause = Pick<EventMetadata, 'correlationId' | 'causationId'>;

export type InvoiceOperations = {
  load(invoiceId: string): Promise<Loaded<InvoiceState>>;
  /** Decides a command that needs no number. */
  run(
    invoiceId: string,
    command: InvoiceCommand,
    metadata: EventMetadata,
    options?: Options,
  ): Promise<HandledInvoice>;
  /**
   * Issues a draft. The answer shows how far it got: where no number was taken within the budget the invoice is
   * `finalizing`, and the agenda's worker finishes it.
   */
  finalize(invoiceId: string, metadata: EventMetadata, options?: Options): Promise<HandledInvoice>;
  /** Issues a credit note; its number may be null in the answer, and comes later, as with `finalize`. */
  credit(
    invoiceId: string,
    note: CreditNoteRequest,
    metadata: EventMetadata,
    options?: Options,
  ): Promise<HandledInvoice>;
  /** Takes a credit note back by another one, which is numbered as all are. */
  reverseCredit(
    invoiceId: string,
    note: { readonly creditNoteId: CreditNoteId; readonly reverses: CreditNoteId },
    metadata: EventMetadata,
  ): Promise<HandledInvoice>;
  /**
   * Finishes what an invoice waits for a number for: its own, or that of a credit note. Does nothing where nothing waits.
   * @throws what keeps it from being done; asking again is always safe
   */
  complete(invoiceId: string, cause: Cause): Promise<Loaded<InvoiceState>>;
};

type CreditNoteRequest = {
  readonly creditNoteId: CreditNoteId;
  readonly scope: CreditScope;
  readonly creditReason: CreditReason;
};

export function createInvoiceOperations(parts: {
  readonly handler: InvoiceHandler;
  readonly numbers: DocumentNumbers;
  readonly keepIdentity: KeepIssuedIdentity;
  /** What documents look like now. */
  readonly currentLook: () => Promise<IssuedLook | null>;
  readonly invoicing: Invoicing;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly inlineBudgetMs: number;
}): InvoiceOperations {
  const { handler, numbers, keepIdentity, currentLook, invoicing, clock, logger, inlineBudgetMs } = parts;

  async function finalize(
    invoiceId: string,
    metadata: EventMetadata,
    options: Options = {},
  ): Promise<HandledInvoice> {
    const { at, issuedOn, place } = await request(invoicing.invoices);
    const command: InvoiceCommand = { type: 'FinalizeInvoice', at, issuedOn, place };
    return numbered(invoiceId, await handler.handle(invoiceId, command, metadata, options), metadata);
  }

  async function credit(
    invoiceId: string,
    note: CreditNoteRequest,
    metadata: EventMetadata,
    options: Options = {},
  ): Promise<HandledInvoice> {
    const { at, issuedOn, place } = await request(invoicing.creditNotes);
    const command: InvoiceCommand = { type: 'RequestCreditNote', at, ...note, issuedOn, place };
    return numbered(invoiceId, await handler.handle(invoiceId, command, metadata, options), metadata);
  }

  async function reverseCredit(
    invoiceId: string,
    note: { readonly creditNoteId: CreditNoteId; readonly reverses: CreditNoteId },
    metadata: EventMetadata,
  ): Promise<HandledInvoice> {
    const { at, issuedOn, place } = await request(invoicing.creditNotes);
    const command: InvoiceCommand = { type: 'ReverseCreditNote', at, ...note, issuedOn, place };
    return numbered(invoiceId, await handler.handle(invoiceId, command, metadata), metadata);
  }

  async function request(format: NumberFormat) {
    const at = clock.now();
    const issuedOn = civilDateIn(invoicing.zone, at);
    return { at, issuedOn, place: await numbers.place(seriesOf(format, issuedOn)) };
  }

  /** Goes on to the number that a request asks for, within the budget; else it is left to the agenda's worker. */
  async function numbered(
    invoiceId: string,
    handled: HandledInvoice,
    metadata: EventMetadata,
  ): Promise<HandledInvoice> {
    if (handled.outcome !== 'accepted') return handled;
    const { correlationId, commandId } = metadata;
    const cause = { correlationId, causationId: handled.facts[0]?.id ?? commandId };
    const work = completeFrom(invoiceId, handled, cause).catch((error: unknown) => {
      logger.error({ err: error, invoiceId }, 'a document waits for its number');
      return undefined;
    });
    const loaded = await within(inlineBudgetMs, work, () => undefined);
    return loaded === undefined ? handled : { ...handled, ...loaded };
  }

  async function completeFrom(
    invoiceId: string,
    known: Loaded<InvoiceState>,
    cause: Cause,
  ): Promise<Loaded<InvoiceState>> {
    const { state } = known;
    if (state.status === 'finalizing') return recordNumber(known, state, cause);
    const waiting = isIssued(state) ? state.creditNotes.filter(({ number }) => number === null) : [];
    let loaded = known;
    for (const note of waiting) loaded = await recordNote(invoiceId, loaded, note, cause);
    return loaded;
  }

  async function recordNumber(
    known: Loaded<InvoiceState>,
    { details, place }: Extract<InvoiceState, { status: 'finalizing' }>,
    cause: Cause,
  ): Promise<Loaded<InvoiceState>> {
    const { invoiceId, customerId } = details;
    const { width } = invoicing.invoices;
    const billingIdentitySha256 = await keepIdentity(invoiceId, customerId);
    const look = await currentLook();
    const number = await numbers.assign({ documentId: invoiceId, place, width, cause });
    const at = clock.now();
    const command: InvoiceCommand = { type: 'RecordFinalized', at, number, billingIdentitySha256, look };
    return recorded(invoiceId, command, invoiceId, cause, known);
  }

  async function recordNote(
    invoiceId: string,
    known: Loaded<InvoiceState>,
    { creditNoteId, place }: CreditNote,
    cause: Cause,
  ): Promise<Loaded<InvoiceState>> {
    const { width } = invoicing.creditNotes;
    const number = await numbers.assign({ documentId: creditNoteId, place, width, cause });
    const command: InvoiceCommand = { type: 'RecordCreditNote', at: clock.now(), creditNoteId, number };
    return recorded(invoiceId, command, creditNoteId, cause, known);
  }

  async function recorded(
    invoiceId: string,
    command: InvoiceCommand,
    documentId: string,
    cause: Cause,
    known: Loaded<InvoiceState>,
  ): Promise<Loaded<InvoiceState>> {
    const metadata: EventMetadata = {
      ...cause,
      commandId: commandIdOf('numbered', documentId),
      actor: { kind: 'system', id: 'document-numbers' },
      reason: null,
    };
    const handled = await handler.handle(invoiceId, command, metadata, { known });
    if (handled.outcome === 'accepted') return handled;
    const why = handled.outcome === 'rejected' ? handled.rejection.code : handled.outcome;
    throw new Error(`the number of ${documentId} could not be recorded: ${why}`);
  }

  return {
    load: handler.load,
    run: (invoiceId, command, metadata, options) => handler.handle(invoiceId, command, metadata, options),
    finalize,
    credit,
    reverseCredit,
    complete: async (invoiceId, cause) => completeFrom(invoiceId, await handler.load(invoiceId), cause),
  };
}
