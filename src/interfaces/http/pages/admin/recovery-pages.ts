import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { Notifications } from '../../../../application/ports/notifications.js';
import type { Operator } from '../../../../application/user/sign-in.js';
import { parseInvoiceId, parsePaymentId } from '../../../../domain/shared/ids.js';
import { httpTokens } from '../../http-tokens.js';
import type { invoiceOfState } from '../../invoice/invoice-object.js';
import { idField } from '../../shared/fields.js';
import { refused } from '../../shared/problem.js';
import type { AskApi, Asker } from '../shared/ask-api.js';
import { formatWords } from '../shared/format.js';
import type { Page, PageAnswer, PageContext, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import { reasonField } from './account-fields.js';
import type { ConsoleArea } from './console-area.js';
import { minorOf, typedAmount } from './form-fields.js';
import { byCredit, payLinkMailOf, savedMethods } from './recovery-actions.js';

const methodField = z.string().regex(/^pm_\w{1,250}$/);
const ofPayment = z.strictObject({ id: idField(parsePaymentId, 'pay') });
const ofInvoice = z.strictObject({ id: idField(parseInvoiceId, 'inv') });

const collectForm = z.strictObject({
  by: z.union([methodField, z.literal(byCredit)], { error: 'Choose what is to be charged.' }),
  amount: typedAmount,
  reason: reasonField,
});
const payLinkForm = z.strictObject({ mail: z.enum(['no', 'yes']).default('no'), reason: reasonField });

type Invoice = ReturnType<typeof invoiceOfState>;

/** The ways to money that did not come: another card, and asking the customer. */
@injectable()
export class RecoveryPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.notifications) private readonly notifications: Notifications,
    @inject(httpTokens.askApi) private readonly ask: AskApi,
  ) {
    this.pages = [
      page(area, {
        method: 'post',
        path: '/admin/payments/:id/confirm',
        access: 'payments:write',
        params: ofPayment,
        form: z.strictObject({ payment_method: methodField, reason: reasonField }),
        back: ({ params: { id } }) => `/admin/payments/${id}`,
        handle: ({ visitor, params: { id }, form, context }) => this.tryAgain(id, form, visitor, context),
      }),
      page(area, {
        method: 'post',
        path: '/admin/invoices/:id/collect',
        access: 'invoices:write',
        params: ofInvoice,
        form: collectForm,
        back: ({ params: { id } }) => `/admin/invoices/${id}`,
        handle: ({ visitor, params: { id }, form, context }) => this.collect(id, form, visitor, context),
      }),
      page(area, {
        method: 'post',
        path: '/admin/invoices/:id/pay_link',
        access: 'invoices:write',
        params: ofInvoice,
        form: payLinkForm,
        back: ({ params: { id } }) => `/admin/invoices/${id}`,
        handle: ({ visitor, params: { id }, form, context }) => this.link(id, form, visitor, context),
      }),
    ];
  }

  private async tryAgain(
    id: string,
    form: { readonly payment_method: string; readonly reason: string },
    operator: Operator,
    context: PageContext,
  ): Promise<PageAnswer> {
    const by = { caller: operator, context, reason: form.reason };
    const body = { payment_method: form.payment_method, off_session: true };
    const answer = await this.ask('POST /v1/payments/:id/confirm', { params: { id }, body }, by);
    const { status } = answer.body as { readonly status: string };
    const text = `The payment is now: ${formatWords(status)}.`;
    return { kind: 'redirect', to: `/admin/payments/${id}`, told: { kind: 'good', text } };
  }

  private async collect(
    id: string,
    form: z.output<typeof collectForm>,
    operator: Operator,
    context: PageContext,
  ): Promise<PageAnswer> {
    const by = { caller: operator, context, reason: form.reason };
    const { currency, customer } = await this.invoice(id, by);
    if (form.by !== byCredit) {
      const saved = await savedMethods(this.ask, customer, by);
      if (!saved.some(({ value }) => value === form.by)) {
        throw refused('payment_method_not_saved', { detail: 'The customer has not saved this card.' });
      }
    }
    const tender =
      form.by === byCredit
        ? { type: 'credit' }
        : { type: 'card', payment_method: form.by, off_session: true };
    const body = { amount: minorOf(form.amount, currency), tenders: [tender] };
    const answer = await this.ask('POST /v1/invoices/:id/pay', { params: { id }, body }, by);
    const text =
      answer.status === 201
        ? 'The money is collected.'
        : 'It is under way: the provider, or the customer, has yet to answer.';
    return { kind: 'redirect', to: `/admin/invoices/${id}`, told: { kind: 'good', text } };
  }

  private async link(
    id: string,
    form: z.output<typeof payLinkForm>,
    operator: Operator,
    context: PageContext,
  ): Promise<PageAnswer> {
    const by = { caller: operator, context, reason: form.reason };
    const invoice = await this.invoice(id, by);
    const { toldOnce } = await this.ask('POST /v1/invoices/:id/pay_links', { params: { id } }, by);
    const mailed = form.mail === 'yes' && (await this.mail(invoice, operator, by));
    const what = 'Whoever has this link may see the invoice and pay it, for 30 days. It is shown this once.';
    const told = mailed ? ' A mail with a link of its own is on its way to the customer.' : '';
    const data = {
      secret: String(toldOnce?.['url']),
      what: `${what}${told}`,
      back: `/admin/invoices/${id}`,
    };
    return { kind: 'page', template: '/admin/told-once', title: 'Give this link to the customer', data };
  }

  private async mail(invoice: Invoice, { scopes }: Operator, by: Asker): Promise<boolean> {
    const mail = await payLinkMailOf(invoice, this.notifications, scopes);
    if (mail?.kind === 'send') {
      await this.ask('POST /v1/invoices/:id/send', { params: { id: invoice.id } }, by);
    }
    if (mail?.kind === 'resend') {
      await this.ask('POST /v1/notifications/:id/resend', { params: { id: mail.notification } }, by);
    }
    return mail !== null;
  }

  private async invoice(id: string, by: Asker): Promise<Invoice> {
    const { body } = await this.ask('GET /v1/invoices/:id', { params: { id } }, by);
    return body as Invoice;
  }
}
