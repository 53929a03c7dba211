import type { InvoiceRow } from '../../../../application/ports/invoice-queries.js';
import type { OrderRow } from '../../../../application/ports/order-queries.js';
import type { PlanRow } from '../../../../application/ports/plan-queries.js';
import type { CreditRow, PaymentRow } from '../../../../application/ports/read-models.js';
import type { Table } from './cells.js';
import { amount, day, idCell, link, status, time } from './cells.js';

/** What belongs to the thing on a page, in short. */

type More = { readonly more?: string };

export function paymentTable(rows: readonly PaymentRow[], more: More = {}): Table {
  return {
    ...more,
    caption: 'Payments',
    columns: [
      { title: 'Payment' },
      { title: 'Status' },
      { title: 'Amount', amounts: true },
      { title: 'Refunded', amounts: true },
      { title: 'Created' },
    ],
    rows: rows.map((row) => [
      idCell(row.id),
      status(row.status),
      amount(row.amount, row.currency),
      amount(row.amount_refunded, row.currency),
      time(row.created_at),
    ]),
  };
}

export function invoiceTable(rows: readonly InvoiceRow[], more: More = {}): Table {
  return {
    ...more,
    caption: 'Invoices',
    columns: [
      { title: 'Number' },
      { title: 'Status' },
      { title: 'Total', amounts: true },
      { title: 'Due', amounts: true },
      { title: 'Due on' },
    ],
    rows: rows.map((row) => [
      link(row.number ?? 'not issued', `/admin/invoices/${row.id}`),
      status(row.status),
      amount(row.amount_total, row.currency),
      amount(row.amount_due, row.currency),
      day(row.due_on),
    ]),
  };
}

export function orderTable(rows: readonly OrderRow[], more: More = {}): Table {
  return {
    ...more,
    caption: 'Orders',
    columns: [
      { title: 'Order' },
      { title: 'Status' },
      { title: 'Total', amounts: true },
      { title: 'Created' },
    ],
    rows: rows.map((row) => [
      idCell(row.id),
      status(row.status),
      amount(row.total, row.currency),
      time(row.created_at),
    ]),
  };
}

export function creditTable(rows: readonly CreditRow[], more: More = {}): Table {
  return {
    ...more,
    caption: 'Credit',
    columns: [
      { title: 'Type' },
      { title: 'Status' },
      { title: 'Granted', amounts: true },
      { title: 'Left', amounts: true },
      { title: 'Expires' },
    ],
    rows: rows.map((row) => [
      link(row.type.replaceAll('_', ' '), `/admin/credits/${row.id}`),
      status(row.status),
      amount(row.amount, row.currency),
      amount(row.remaining_amount, row.currency),
      time(row.expires_at),
    ]),
  };
}

export function planTable(rows: readonly PlanRow[], more: More = {}): Table {
  return {
    ...more,
    caption: 'Payment plans',
    columns: [
      { title: 'Plan' },
      { title: 'Status' },
      { title: 'Total', amounts: true },
      { title: 'Settled', amounts: true },
      { title: 'Created' },
    ],
    rows: rows.map((row) => [
      idCell(row.id),
      status(row.status),
      amount(row.total, row.currency),
      amount(row.amount_settled, row.currency),
      time(row.created_at),
    ]),
  };
}
