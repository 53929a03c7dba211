import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { PrintDocuments } from '../../../../application/document/print-documents.js';
import type { InvoiceOperations } from '../../../../application/invoice/invoice-operations.js';
import { askedNow } from '../../../../application/plan/asked-now.js';
import { planIdOf } from '../../../../application/plan/plan-ids.js';
import type { PlanHandler } from '../../../../application/plan/plan-tasks.js';
import type { Clock } from '../../../../application/ports/clock.js';
import type { InvoiceQueries } from '../../../../application/ports/invoice-queries.js';
import type { Links } from '../../../../application/ports/links.js';
import { later } from '../../../../application/webhook/retry-schedule.js';
import type { IssuedInvoice } from '../../../../domain/invoice/state.js';
import { isIssued } from '../../../../domain/invoice/state.js';
import type { InvoiceId } from '../../../../domain/shared/ids.js';
import { parseInvoiceId } from '../../../../domain/shared/ids.js';
import { httpTokens } from '../../http-tokens.js';
import { idField, textField } from '../../shared/fields.js';
import { invoiceView } from '../pay/invoice-view.js';
import type { Page, PageAnswer, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import { printedFile } from '../shared/printed-file.js';
import type { PortalArea, SignedIn } from './portal-area.js';
import { mustBeOwn, nothingHere, pageAfter } from './portal-area.js';

/** As long as somebody who has just pressed the button may need. */
const payMs = 2 * 3_600_000;
const invoiceId = idField(parseInvoiceId, 'inv');
const params = z.strictObject({ id: invoiceId });
const searched = z.strictObject({ number: textField(40).optional(), after: invoiceId.optional() });

/** A customer's invoices: found, read, printed and paid. */
@injectable()
export class InvoicePages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.portalArea) area: PortalArea,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.invoiceOperations) private readonly invoices: InvoiceOperations,
    @inject(httpTokens.planHandler) private readonly plans: PlanHandler,
    @inject(httpTokens.invoiceQueries) private readonly queries: InvoiceQueries,
    @inject(httpTokens.printDocuments) private readonly documents: PrintDocuments,
    @inject(httpTokens.links) private readonly links: Links,
  ) {
    const shared = { access: 'signed_in', params } as const;
    this.pages = [
      page(area, {
        method: 'get',
        path: '/portal/invoices',
        access: 'signed_in',
        query: searched,
        handle: ({ visitor, query }) => this.list(visitor, query),
      }),
      page(area, {
        ...shared,
        method: 'get',
        path: '/portal/invoices/:id',
        handle: ({ visitor, params: { id } }) => this.show(visitor, id),
      }),
      page(area, {
        ...shared,
        method: 'get',
        path: '/portal/invoices/:id/pdf',
        handle: ({ visitor, params: { id } }) => this.print(visitor, id),
      }),
      page(area, {
        ...shared,
        method: 'post',
        path: '/portal/invoices/:id/pay',
        back: ({ params: { id } }) => `/portal/invoices/${id}`,
        handle: ({ visitor, params: { id } }) => this.pay(visitor, id),
      }),
    ];
  }

  private async list(visitor: SignedIn, { number, after }: z.output<typeof searched>): Promise<PageAnswer> {
    const { customerId } = visitor;
    // A cursor of somebody else's would say something of where their invoice stands.
    if (after !== undefined) {
      const { state } = await this.invoices.load(after);
      mustBeOwn(visitor, state.status === 'absent' ? null : state.details.customerId);
    }
    const found = await this.queries.list({
      ...pageAfter(after),
      ...{
        status: null,
        customer: customerId,
        order: null,
        number: number ?? null,
        dueGte: null,
        dueLte: null,
      },
    });
    // What is not issued yet is the business's own.
    const rows = found.rows.filter(({ number: issued }) => issued !== null);
    const next = found.hasMore ? (found.rows.at(-1)?.id ?? null) : null;
    return {
      kind: 'page',
      template: '/portal/invoices',
      title: 'Invoices',
      data: { rows, number: number ?? null, next },
    };
  }

  private async show(visitor: SignedIn, id: InvoiceId): Promise<PageAnswer> {
    const own = await this.own(visitor, id);
    const invoice = invoiceView(own);
    const payable = invoice.status === 'open' && invoice.due.minor > 0n;
    // The same amount that the pay page will ask for.
    const amount = askedNow((await this.plans.load(planIdOf(id))).state, own)?.amount ?? invoice.due;
    const title = `Invoice ${invoice.number}`;
    return {
      kind: 'page',
      template: '/portal/invoice',
      title,
      data: { id, invoice, payable, amount, ...documentsOf(own) },
    };
  }

  private async print(visitor: SignedIn, id: InvoiceId): Promise<PageAnswer> {
    await this.own(visitor, id);
    const printed = await this.documents.invoice(id);
    if (printed === undefined) throw nothingHere();
    return printedFile(printed);
  }

  /** Paying is the pay page's business: the customer gets a link to it, for a while. */
  private async pay(visitor: SignedIn, id: InvoiceId): Promise<PageAnswer> {
    await this.own(visitor, id);
    const token = await this.links.issue('pay', id, later(this.clock.now(), payMs));
    return { kind: 'redirect', to: `/pay/${token}` };
  }

  /** @throws Refused for what is not there, not issued, or not this customer's */
  private async own(visitor: SignedIn, id: InvoiceId): Promise<IssuedInvoice> {
    const { state } = await this.invoices.load(id);
    if (!isIssued(state)) throw nothingHere();
    mustBeOwn(visitor, state.details.customerId);
    return state;
  }
}

/** What else there is to keep of an invoice: credit notes with their number, and what cards have paid. */
function documentsOf({ creditNotes, applications }: IssuedInvoice) {
  const issued = creditNotes.filter(({ number }) => number !== null);
  return {
    notes: issued.map(({ creditNoteId: id, number, issuedOn, total }) => ({ id, number, issuedOn, total })),
    receipts: applications.flatMap(({ tender, amount }) =>
      tender.kind === 'card' ? [{ id: tender.paymentId, amount }] : [],
    ),
  };
}
