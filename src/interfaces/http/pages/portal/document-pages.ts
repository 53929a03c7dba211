import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { PrintDocuments } from '../../../../application/document/print-documents.js';
import type { InvoiceOperations } from '../../../../application/invoice/invoice-operations.js';
import type { PaymentOperations } from '../../../../application/payment/payment-operations.js';
import type { Clock } from '../../../../application/ports/clock.js';
import type { StatementLine, StatementQueries } from '../../../../application/ports/statement-queries.js';
import type { CreditNoteId, InvoiceId, PaymentId } from '../../../../domain/shared/ids.js';
import { parseCreditNoteId, parseInvoiceId, parsePaymentId } from '../../../../domain/shared/ids.js';
import { httpTokens } from '../../http-tokens.js';
import { idField, positionField } from '../../shared/fields.js';
import type { Page, PageAnswer, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import { printedFile } from '../shared/printed-file.js';
import type { PortalArea, SignedIn } from './portal-area.js';
import { mustBeOwn, nothingHere } from './portal-area.js';

const linesMax = 100;

/** What a customer keeps for their books: the statement of their account, credit notes and receipts. */
@injectable()
export class DocumentPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.portalArea) area: PortalArea,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.statementQueries) private readonly statements: StatementQueries,
    @inject(httpTokens.invoiceOperations) private readonly invoices: InvoiceOperations,
    @inject(httpTokens.printDocuments) private readonly documents: PrintDocuments,
    @inject(httpTokens.paymentOperations) private readonly payments: PaymentOperations,
  ) {
    const shared = { method: 'get', access: 'signed_in' } as const;
    this.pages = [
      page(area, {
        ...shared,
        path: '/portal/statement',
        query: z.strictObject({ after: positionField.optional() }),
        handle: ({ visitor, query }) => this.state(visitor, query.after ?? 0n),
      }),
      page(area, {
        ...shared,
        path: '/portal/invoices/:id/credit_notes/:note/pdf',
        params: z.strictObject({
          id: idField(parseInvoiceId, 'inv'),
          note: idField(parseCreditNoteId, 'cn'),
        }),
        handle: ({ visitor, params: { id, note } }) => this.printCreditNote(visitor, id, note),
      }),
      page(area, {
        ...shared,
        path: '/portal/payments/:id/receipt',
        params: z.strictObject({ id: idField(parsePaymentId, 'pay') }),
        handle: ({ visitor, params: { id } }) => this.showReceipt(visitor, id),
      }),
      page(area, {
        ...shared,
        path: '/portal/payments/:id/receipt/pdf',
        params: z.strictObject({ id: idField(parsePaymentId, 'pay') }),
        handle: ({ visitor, params: { id } }) => this.printReceipt(visitor, id),
      }),
    ];
  }

  private async state({ customerId }: SignedIn, after: bigint): Promise<PageAnswer> {
    const asOf = this.clock.now();
    const found = await this.statements.statementOf(customerId, { asOf, after, limit: linesMax });
    const data = {
      ...{ asOf, balances: found.balances },
      lines: found.lines.map((line) => ({ ...line, amount: changeOf(line) })),
      next: found.hasMore ? (found.lines.at(-1)?.position ?? null) : null,
    };
    return { kind: 'page', template: '/portal/statement', title: 'Statement', data };
  }

  private async printCreditNote(visitor: SignedIn, id: InvoiceId, note: CreditNoteId): Promise<PageAnswer> {
    const { state } = await this.invoices.load(id);
    mustBeOwn(visitor, state.status === 'absent' ? null : state.details.customerId);
    const printed = await this.documents.creditNote(id, note);
    // Without a number it is not issued, and the business's own.
    if (printed === undefined || printed.name === 'draft') throw nothingHere();
    return printedFile(printed);
  }

  private async showReceipt(visitor: SignedIn, id: PaymentId): Promise<PageAnswer> {
    const { state } = await this.payments.load(id);
    mustBeOwn(visitor, state.status === 'absent' ? null : state.details.customerId);
    // There is a receipt for what was taken, and for nothing else.
    if (state.status !== 'captured') throw nothingHere();
    const { details, createdAt: at, captured } = state;
    const refunds = state.refunds
      .filter(({ status }) => status === 'pending' || status === 'succeeded')
      .map(({ amount, requestedAt }) => ({ amount, at: requestedAt }));
    const data = { id, at, captured, refunds, description: details.description };
    return { kind: 'page', template: '/portal/receipt', title: 'Receipt', data };
  }

  private async printReceipt(visitor: SignedIn, id: PaymentId): Promise<PageAnswer> {
    const { state } = await this.payments.load(id);
    mustBeOwn(visitor, state.status === 'absent' ? null : state.details.customerId);
    const printed = await this.documents.receipt(id);
    if (printed === undefined) throw nothingHere();
    return printedFile(printed);
  }
}

/** What a line did to the balance. */
function changeOf({ receivable, credit, unapplied }: StatementLine): bigint {
  return receivable + credit + unapplied;
}
