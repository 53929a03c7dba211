import type { Charge, Discount, InvoiceContent, InvoiceLine } from '../../domain/invoice/content.js';

import type { PricedInvoice, PricedLine } from '../../domain/invoice/price-invoice.js';
import type { LineColumn } from '../../domain/invoice-template/content.js';
import { isPositive, negate, subtract } from '../../domain/shared/money.js';
import { paired } from '../../domain/shared/paired.js';
import type { Wording } from './document-look.js';
import type { Labels } from './labels/en.js';
import type { Column, Table } from './sheet.js';

const columnLabels: Readonly<Record<LineColumn, keyof Labels>> = {
  number: 'line',
  description: 'description',
  quantity: 'quantity',
  unit_price: 'unit_price',
  discount: 'discount',
  tax: 'tax',
  amount: 'amount',
};

/** The lines as a table: each at its price less its own discount, so that the column sums to the subtotal. */
export function lineTable(wording: Wording, content: InvoiceContent, priced: PricedInvoice): Table {
  const rows = paired(content.lines, priced.lines).map(([line, amounts], place) => ({
    cells: cellsOf(wording, line, amounts, place + 1),
    details: detailsOf(wording, line, amounts),
  }));
  return tableOf(wording, wording.look.template.columns, rows);
}

type Cells = Partial<Record<LineColumn, string>>;
type CellRow = { readonly cells: Cells; readonly details: readonly Cells[] };

/** A column without anything in it is left out, such as that of the tax where there is none. */
export function tableOf(wording: Wording, wanted: readonly LineColumn[], rows: readonly CellRow[]): Table {
  const columns = wanted.filter(
    (column) =>
      column === 'description' ||
      rows.some(({ cells, details }) => [cells, ...details].some((given) => (given[column] ?? '') !== '')),
  );
  const inOrder = (given: Cells) => columns.map((column) => given[column] ?? '');
  return {
    columns: columns.map((column) => lineColumn(wording, column)),
    rows: rows.map(({ cells, details }) => ({ cells: inOrder(cells), details: details.map(inOrder) })),
  };
}

function lineColumn({ labels }: Wording, column: LineColumn): Column {
  return {
    label: labels[columnLabels[column]],
    align: column === 'description' || column === 'number' ? 'start' : 'end',
    grows: column === 'description',
  };
}

function cellsOf(wording: Wording, line: InvoiceLine, priced: PricedLine, number: number): Cells {
  const { format } = wording;
  const { gross, lineDiscount } = priced;
  return {
    number: format.count(number),
    description: line.description,
    ...(line.charge.kind === 'unit' ? chargeCells(wording, line.charge, gross.currency) : {}),
    discount: isPositive(lineDiscount) ? format.amount(negate(lineDiscount)) : '',
    tax: line.taxes.map(({ percentage }) => format.percentage(percentage)).join(' + '),
    amount: format.amount(subtract(gross, lineDiscount)),
  };
}

function chargeCells(
  { format }: Wording,
  { quantity, unitPrice }: Pick<Extract<Charge, { kind: 'unit' }>, 'quantity' | 'unitPrice'>,
  currency: PricedLine['gross']['currency'],
): Cells {
  return { quantity: format.quantity(quantity), unit_price: format.price(unitPrice, currency) };
}

function detailsOf(
  wording: Wording,
  { charge, discount, period }: InvoiceLine,
  { gross, lineDiscount }: PricedLine,
): readonly Cells[] {
  const { look, format } = wording;
  const { blocks, columns } = look.template;
  const details: Cells[] = [];
  if (period !== null && blocks.includes('periods')) {
    details.push({ description: `${format.date(period.from)} – ${format.date(period.to)}` });
  }
  if (charge.kind === 'tiered') {
    for (const tier of charge.tiers) {
      details.push({ description: tier.description, ...chargeCells(wording, tier, gross.currency) });
    }
  }
  if (discount !== null && isPositive(lineDiscount)) {
    const taken = format.amount(negate(lineDiscount));
    const what = discountLabel(wording, discount);
    details.push({ description: columns.includes('discount') ? what : `${what}: ${taken}` });
  }
  return details;
}

/** `Discount 10%`, or only the word where it was given as an amount. */
export function discountLabel({ labels, format }: Wording, discount: Discount): string {
  return discount.kind === 'amount'
    ? labels.discount
    : `${labels.discount} ${format.percentage(discount.percentage)}`;
}
