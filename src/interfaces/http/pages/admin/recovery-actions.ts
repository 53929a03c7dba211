import type { Notifications } from '../../../../application/ports/notifications.js';
import { anyTime, firstPage } from '../../../../application/ports/read-models.js';
import type { Operator } from '../../../../application/user/sign-in.js';
import type { ExistingPayment } from '../../../../domain/payment/state.js';
import { money } from '../../../../domain/shared/money.js';
import type { collectionOfState } from '../../collection/collection-object.js';
import type { methodOfState } from '../../customer/customer-object.js';
import type { invoiceOfState } from '../../invoice/invoice-object.js';
import type { AskApi, Asker } from '../shared/ask-api.js';
import { cardText } from '../shared/card-text.js';
import { formatMoney } from '../shared/format.js';
import { typedOf } from './form-fields.js';
import type { Action, ActionField, Choice } from './record-page.js';

type Invoice = ReturnType<typeof invoiceOfState>;
type Collection = ReturnType<typeof collectionOfState>;
type Scopes = Operator['scopes'];

/** How the customer's credit is named among the ways to pay. */
export const byCredit = 'credit';

/** What a customer has saved to be charged with, the one by default first; nothing for who may not look at customers. */
export async function savedMethods(
  ask: AskApi,
  customer: string | null,
  by: Asker,
): Promise<readonly Choice[]> {
  if (customer === null || !by.caller.scopes.includes('customers:read')) return [];
  const { body } = await ask('GET /v1/customers/:id/payment_methods', { params: { id: customer } }, by);
  const { data } = body as { readonly data: readonly ReturnType<typeof methodOfState>[] };
  return data
    .filter(({ status }) => status === 'active')
    .sort((a, b) => Number(b.default) - Number(a.default))
    .map((method) => ({
      value: method.id,
      label: cardText(method.kind, {
        ...method,
        expMonth: method.exp_month,
        expYear: method.exp_year,
      }),
    }));
}

/** Which notice would carry a pay link to the customer: one that sending the invoice makes, or one that is sent anew. */
export type PayLinkMail =
  | { readonly kind: 'send' }
  | { readonly kind: 'resend'; readonly notification: string };

/** Null where there is none, or it is not for the reader to send it. */
export async function payLinkMailOf(
  invoice: Pick<Invoice, 'id' | 'sent_at'>,
  notifications: Pick<Notifications, 'list'>,
  scopes: Scopes,
): Promise<PayLinkMail | null> {
  if (invoice.sent_at === null) return { kind: 'send' };
  if (!scopes.includes('notifications:write')) return null;
  const { rows } = await notifications.list({
    ...firstPage(1),
    ...anyTime,
    ...{ customer: null, kind: 'invoice', status: null, subject: invoice.id },
  });
  const [latest] = rows;
  return latest === undefined ? null : { kind: 'resend', notification: latest.id };
}

/** How money is asked for again on an invoice that is due, by who may write to invoices. */
export function invoiceRecovery(
  invoice: Invoice,
  offered: { readonly methods: readonly Choice[]; readonly mail: PayLinkMail | null },
  titles: { readonly collect: string; readonly link: string; readonly amountMax?: bigint },
): readonly Action[] {
  if (!isPayable(invoice)) return [];
  const at = `/admin/invoices/${invoice.id}`;
  const { currency } = invoice;
  const due = invoice.amount_due;
  const most = titles.amountMax === undefined || titles.amountMax > due ? due : titles.amountMax;
  const mail: ActionField = {
    name: 'mail',
    label: 'Mail it, too',
    options: ['no', 'yes'],
    hint: 'The mail holds a link of its own.',
  };
  const amount: ActionField = { name: 'amount', label: 'Amount', value: typedOf(money(most, currency)) };
  return [
    {
      title: titles.collect,
      path: `${at}/collect`,
      button: 'Collect',
      note: `${formatMoney(money(due, currency))} is due. The customer is not there: a card is charged as it was saved.`,
      fields: [
        {
          name: 'by',
          label: 'By',
          options: [...offered.methods, { value: byCredit, label: "The customer's credit" }],
        },
        amount,
      ],
    },
    {
      title: titles.link,
      path: `${at}/pay_link`,
      button: 'Make the link',
      note: 'Whoever has the link may see the invoice and pay it, for 30 days.',
      fields: offered.mail === null ? [] : [mail],
    },
  ];
}

/** Due, and not being collected just now. */
function isPayable({ status, amount_due: due, collection }: Invoice): boolean {
  return status === 'open' && due > 0n && collection === null;
}

/**
 * The collection that a payment is a leg of. Null where it is a payment of its own, and for who may not look at
 * invoices.
 */
export async function collectionOf(
  ask: AskApi,
  { details }: ExistingPayment,
  by: Asker,
): Promise<Collection | null> {
  const { collectionId: id } = details;
  if (id === undefined || !by.caller.scopes.includes('invoices:read')) return null;
  return (await ask('GET /v1/collections/:id', { params: { id } }, by)).body as Collection;
}

/** What can be done about a payment that did not go through, and a word where that is little. */
export async function paymentRecovery(
  parts: { readonly ask: AskApi; readonly notifications: Pick<Notifications, 'list'> },
  { state, collection }: { readonly state: ExistingPayment; readonly collection: Collection | null },
  by: Asker,
): Promise<{ readonly actions: readonly Action[]; readonly advice: string | null }> {
  const { scopes } = by.caller;
  const { customerId } = state.details;
  const ended = ['requires_payment_method', 'failed', 'canceled'].includes(state.status);
  if (!ended || !scopes.includes('payments:write')) return { actions: [], advice: null };
  const methods = await savedMethods(parts.ask, customerId, by);
  if (collection !== null) return ofCollection(parts, state, { collection, methods, by });
  // A payment of its own that failed for good, or was called off, is made anew by whoever made it.
  const isOwn = state.details.collectionId === undefined;
  if (!isOwn || state.status !== 'requires_payment_method') return { actions: [], advice: null };
  if (methods.length > 0) return { actions: [tryAgain(state, methods)], advice: null };
  const whose = customerId === null ? 'It is of no customer' : 'Its customer has saved no card';
  const advice = `${whose} and it belongs to no invoice: another card can be given where it was made.`;
  return { actions: [], advice };
}

/** A leg of a collection ends with its decline; what is recovered is its invoice. */
async function ofCollection(
  { ask, notifications }: { readonly ask: AskApi; readonly notifications: Pick<Notifications, 'list'> },
  { details }: ExistingPayment,
  its: { readonly collection: Collection; readonly methods: readonly Choice[]; readonly by: Asker },
) {
  const { by, methods } = its;
  const { scopes } = by.caller;
  if (!scopes.includes('invoices:write')) return { actions: [], advice: null };
  const { invoice: id } = its.collection;
  const { body } = await ask('GET /v1/invoices/:id', { params: { id } }, by);
  const invoice = body as Invoice;
  const mail = await payLinkMailOf(invoice, notifications, scopes);
  const actions = invoiceRecovery(
    invoice,
    { methods, mail },
    {
      collect: 'Try again with a saved card',
      link: 'Ask the customer to pay',
      amountMax: details.amount.minor,
    },
  );
  const advice = actions.length > 0 ? null : 'Nothing can be collected on its invoice now.';
  return { actions, advice };
}

function tryAgain({ details }: ExistingPayment, methods: readonly Choice[]): Action {
  return {
    title: 'Try again with a saved card',
    path: `/admin/payments/${details.paymentId}/confirm`,
    button: 'Try again',
    note: 'The customer is not there: the card is charged as it was saved.',
    fields: [{ name: 'payment_method', label: 'Card', options: methods }],
  };
}
