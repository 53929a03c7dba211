import type { z } from 'zod';
import type { Discount, InvoiceContent, InvoiceLine } from '../../../domain/invoice/content.js';
import type { Currency } from '../../../domain/shared/currency.js';
import { decimal } from '../../../domain/shared/decimal.js';
import { money } from '../../../domain/shared/money.js';
import type { createInvoiceBody, reviseInvoiceBody } from './invoices.schemas.js';

type Given = z.output<typeof createInvoiceBody>;
type Revision = z.output<typeof reviseInvoiceBody>;
type GivenLine = Given['lines'][number];

/** What a client gave as the content of a new invoice. */
export function contentOf(body: Given): InvoiceContent {
  const { currency, lines, discount, memo = null, metadata, tax_point: taxPoint } = body;
  return {
    lines: lines.map((line) => lineOf(currency, line)),
    discount: discountOf(currency, discount),
    due: dueOf(body) ?? { kind: 'after', days: 0 },
    ...(taxPoint === 'payment' ? { taxPoint } : {}),
    memo,
    metadata,
  };
}

/** A draft with what a client wants otherwise; `null` takes something away. */
export function revisedContent(currency: Currency, content: InvoiceContent, body: Revision): InvoiceContent {
  const taxPoint = body.tax_point ?? content.taxPoint;
  return {
    lines: body.lines?.map((line) => lineOf(currency, line)) ?? content.lines,
    discount: body.discount === undefined ? content.discount : discountOf(currency, body.discount),
    due: dueOf(body) ?? content.due,
    ...(taxPoint === 'payment' ? { taxPoint } : {}),
    memo: body.memo === undefined ? content.memo : body.memo,
    metadata: body.metadata ?? content.metadata,
  };
}

function lineOf(currency: Currency, line: GivenLine): InvoiceLine {
  const { description, quantity, unit_price: unitPrice, tiers = [], taxes, period = null, metadata } = line;
  return {
    description,
    charge:
      unitPrice === undefined
        ? {
            kind: 'tiered',
            tiers: tiers.map((tier) => ({
              description: tier.description,
              quantity: tier.quantity,
              unitPrice: tier.unit_price,
            })),
          }
        : { kind: 'unit', quantity: quantity ?? decimal(1n, 0), unitPrice },
    discount: discountOf(currency, line.discount),
    taxes: taxes.map(({ jurisdiction = null, ...tax }) => ({ ...tax, jurisdiction })),
    period,
    metadata,
  };
}

function discountOf(currency: Currency, discount: Given['discount'] | null): Discount | null {
  if (discount === null || discount === undefined) return null;
  if (discount.amount !== undefined) return { kind: 'amount', amount: money(discount.amount, currency) };
  return discount.percentage === undefined ? null : { kind: 'percentage', percentage: discount.percentage };
}

function dueOf(body: Pick<Given, 'due_on' | 'days_until_due'>): InvoiceContent['due'] | undefined {
  if (body.due_on !== undefined) return { kind: 'on', date: body.due_on };
  if (body.days_until_due !== undefined) return { kind: 'after', days: body.days_until_due };
  return undefined;
}
