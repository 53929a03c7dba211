import { inject, injectable } from 'inversify';
import { z } from 'zod';
import { refundReasons } from '../../../../domain/shared/refund-reason.js';
import { httpTokens } from '../../http-tokens.js';
import type { invoiceOfState } from '../../invoice/invoice-object.js';
import { invoiceParams } from '../../invoice/invoices.schemas.js';
import type { AskApi, Asker } from '../shared/ask-api.js';
import type { Page, PageController } from '../shared/page.js';
import type { ConsoleArea } from './console-area.js';
import { typedAmount } from './form-fields.js';
import { formPages } from './form-pages.js';
import {
  amountIn,
  contentOf,
  draftBody,
  draftFields,
  newInvoiceBody,
  newInvoiceFields,
} from './invoice-fields.js';

type Invoice = ReturnType<typeof invoiceOfState>;

/** What is written of invoices on pages of their own: drafts, and giving back what was paid. */
@injectable()
export class InvoiceFormPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.askApi) private readonly ask: AskApi,
  ) {
    this.pages = [
      ...formPages(area, {
        path: '/admin/invoices/new',
        title: 'A new invoice',
        access: 'invoices:write',
        fields: () => newInvoiceFields,
        body: newInvoiceBody,
        note: 'It is a draft until it is issued.',
        button: 'Draft it',
        send: async ({ customer, currency, order, ...typed }, by) => {
          const { discount, memo, ...content } = contentOf(typed);
          const body = {
            ...{ customer, currency, ...content },
            ...(order === undefined ? {} : { order }),
            ...(discount === null ? {} : { discount }),
            ...(memo === null ? {} : { memo }),
          };
          const answer = await this.ask('POST /v1/invoices', { body }, by);
          return { to: `/admin/invoices/${(answer.body as Invoice).id}`, done: 'The draft is written.' };
        },
      }),
      ...formPages(area, {
        path: '/admin/invoices/:id/edit',
        title: 'Edit a draft',
        access: 'invoices:write',
        params: invoiceParams,
        fields: async (params, by) => draftFields(await this.invoice(params, by)),
        body: draftBody,
        note: 'Lines with tiers, discounts, periods or taxes of a place are not shown here, and stay as they are.',
        button: 'Keep it',
        send: async (typed, by, params) => {
          const { discount, ...content } = contentOf(typed);
          const kept = await this.keepsItsDiscount(params, discount, by);
          const body = { ...content, ...(kept ? {} : { discount }) };
          await this.ask('PATCH /v1/invoices/:id', { params, body }, by);
          return { to: `/admin/invoices/${params.id}`, done: 'The draft is as you say.' };
        },
      }),
      ...formPages(area, {
        path: '/admin/invoices/:id/refund',
        title: 'Give back what an invoice was paid with',
        access: 'refunds:write',
        params: invoiceParams,
        fields: () => [
          { name: 'amount', label: 'Amount', hint: 'Such as 25.00; all of it if not said', optional: true },
          { name: 'refund_reason', label: 'Told to the provider', options: refundReasons, optional: true },
        ],
        body: { amount: typedAmount.optional(), refund_reason: z.enum(refundReasons).optional() },
        note: 'The tender that came last goes back first: a card to its card, credit to credit, and what came by hand becomes credit.',
        button: 'Give it back',
        send: async ({ amount, refund_reason: reason }, by, params) => {
          const body = {
            ...amountIn(amount, await this.invoice(params, by)),
            ...(reason === undefined ? {} : { reason }),
          };
          const answer = await this.ask('POST /v1/invoices/:id/refunds', { params, body }, by);
          const done = answer.status === 201 ? 'The money has gone back.' : 'The refund is on its way.';
          return { to: `/admin/invoices/${params.id}`, done };
        },
      }),
    ];
  }

  private async invoice(params: z.output<typeof invoiceParams>, by: Asker): Promise<Invoice> {
    return (await this.ask('GET /v1/invoices/:id', { params }, by)).body as Invoice;
  }

  /** The form knows shares only: a discount of an amount stays where nothing else is typed. */
  private async keepsItsDiscount(
    params: z.output<typeof invoiceParams>,
    typed: object | null,
    by: Asker,
  ): Promise<boolean> {
    const { discount } = await this.invoice(params, by);
    return typed === null && discount !== null && discount.percentage === undefined;
  }
}
