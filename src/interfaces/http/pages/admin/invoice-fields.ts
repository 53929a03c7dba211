import { z } from 'zod';
import type { invoiceOfState } from '../../invoice/invoice-object.js';
import { createInvoiceBody } from '../../invoice/invoices.schemas.js';
import { textField } from '../../shared/fields.js';
import { refused } from '../../shared/problem.js';
import { minorOf, typedDate, typedWhole } from './form-fields.js';
import type { ActionField } from './record-page.js';

type Invoice = ReturnType<typeof invoiceOfState>;

const { customer, currency, order } = createInvoiceBody.shape;

export const draftBody = {
  lines: z.string().max(50_000).optional(),
  discount: textField(20).optional(),
  due_on: typedDate.optional(),
  days_until_due: typedWhole.optional(),
  memo: textField(2_000).optional(),
};
export const newInvoiceBody = { customer, currency, order, ...draftBody };
type Typed = z.output<z.ZodObject<typeof draftBody>>;

const linesHint =
  'What | how many | price of one | taxes, such as: Oak desk | 2 | 489.00 | VAT 20 %. Two taxes are parted by a plus sign.';

export const newInvoiceFields: readonly ActionField[] = [
  { name: 'customer', label: 'Customer', hint: 'Their id: cus_...' },
  { name: 'currency', label: 'Currency', value: 'USD' },
  { name: 'order', label: 'Order', hint: 'Its id: ord_...', optional: true },
  { name: 'lines', label: 'Lines', type: 'lines', hint: linesHint },
  ...contentFields(null),
];

/** Of a draft as it is; its lines where this form can write all that stands in them. */
export function draftFields(invoice: Invoice): readonly ActionField[] {
  const lines = invoice.lines.map((line) => typedLine(invoice, line));
  const written = lines.every((line) => line !== null) ? lines.join('\n') : null;
  const own: ActionField = {
    name: 'lines',
    label: 'Lines',
    type: 'lines',
    hint: linesHint,
    value: written ?? '',
  };
  return [...(written === null ? [] : [own]), ...contentFields(invoice)];
}

function contentFields(invoice: Invoice | null): readonly ActionField[] {
  const of = (
    name: string,
    label: string,
    value: string | null,
    more: Partial<ActionField> = {},
  ): ActionField => ({
    ...{ name, label, optional: true, ...more },
    ...(value === null ? {} : { value }),
  });
  const days = invoice?.days_until_due ?? null;
  const share = invoice?.discount?.percentage ?? null;
  return [
    of('discount', 'Discount in percent', share, { hint: 'Of all lines, such as 5' }),
    of('days_until_due', 'Days until it is due', days === null ? null : String(days)),
    of('due_on', 'Or due on', invoice?.due_on ?? null, { type: 'date' }),
    of('memo', 'Memo', invoice?.memo ?? null, { hint: 'It is printed on the invoice.' }),
  ];
}

/** Null for a line that is more than this form can say: tiers, a discount or a period of its own, a tax of some place. */
function typedLine({ taxes }: Invoice, line: Invoice['lines'][number]): string | null {
  const { description, quantity, unit_price: price, discount, period } = line;
  if (quantity === null || price === null || discount !== null || period !== null) return null;
  if (description.includes('|') || Object.keys(line.metadata).length > 0) return null;
  const own = line.taxes.map(({ rate }) => taxes[rate - 1]);
  if (own.some((tax) => tax === undefined || tax.inclusive || tax.jurisdiction !== null)) return null;
  const names = own.map((tax) => `${tax?.name} ${tax?.percentage} %`).join(' + ');
  return [description, quantity, price, ...(names === '' ? [] : [names])].join(' | ');
}

/** A draft as the API takes it. @throws Refused with the first line that is none */
export function contentOf({ lines, discount, due_on: dueOn, days_until_due: days, memo }: Typed) {
  return {
    ...(lines === undefined ? {} : { lines: lines.split('\n').map(lineOf) }),
    discount: discount === undefined ? null : { percentage: discount },
    ...(dueOn === undefined ? {} : { due_on: dueOn }),
    ...(days === undefined ? {} : { days_until_due: days }),
    memo: memo ?? null,
  };
}

function lineOf(line: string) {
  const [description = '', quantity = '', price = '', taxes = '', ...more] = line
    .split('|')
    .map((part) => part.trim());
  if (description === '' || quantity === '' || price === '' || more.length > 0) {
    throw refused('invalid_request', { detail: `"${line}" is not like "Oak desk | 2 | 489.00 | VAT 20 %".` });
  }
  const rates = taxes === '' ? [] : taxes.split('+').map(taxOf);
  return { description, quantity, unit_price: price, taxes: rates };
}

function taxOf(typed: string) {
  const [, name, percentage] = /^\s*(\S.*?)\s+([\d.]+)\s*%?\s*$/.exec(typed) ?? [];
  if (name !== undefined && percentage !== undefined) return { name, percentage };
  throw refused('invalid_request', { detail: `"${typed.trim()}" is not a tax such as "VAT 20 %".` });
}

/** Of which an amount is typed; all of it where none is. */
export function amountIn(typed: string | undefined, { currency: of }: { readonly currency: string }) {
  return typed === undefined ? {} : { amount: minorOf(typed, of) };
}
