import { describe, expect, it } from '@jest/globals';
import { usd } from './books-example.js';
import { OrdersBook } from './orders-book.js';

type Fact = readonly [stream: string, type: string, data: Readonly<Record<string, unknown>>];

/** Approved for 80.00, then changed to 90.00 and to 60.00. */
const changed: readonly Fact[] = [
  ['order-ord_1', 'OrderOpened', {}],
  ['order-ord_1', 'OrderApproved', { total: usd(8000) }],
  ['invoice-inv_1', 'InvoiceFinalized', { orderId: 'ord_1', total: usd(8000) }],
  ['order-ord_1', 'OrderPaid', { settled: usd(4000) }],
  ['order-ord_1', 'OrderTotalAmended', { from: usd(8000), to: usd(9000) }],
  ['invoice-inv_2', 'InvoiceFinalized', { orderId: 'ord_1', total: usd(1000) }],
  ['order-ord_1', 'OrderTotalAmended', { from: usd(9000), to: usd(6000) }],
  ['invoice-inv_2', 'InvoiceCredited', { creditReason: 'order_change', total: usd(1000) }],
  ['invoice-inv_1', 'InvoiceCredited', { creditReason: 'order_change', total: usd(2000) }],
  ['invoice-inv_1', 'InvoiceCredited', { creditReason: 'returned', total: usd(500) }],
  ['invoice-inv_9', 'InvoiceFinalized', { orderId: null, total: usd(700) }],
];

function bookOf(facts: readonly Fact[]): OrdersBook {
  const book = new OrdersBook();
  for (const [position, [stream, type, data]] of facts.entries()) {
    const at = { position: BigInt(position), revision: BigInt(position), event_id: `event-${position}` };
    book.apply({ ...at, stream, type, data, metadata: {} });
  }
  return book;
}

describe('the four-book checker, of orders', () => {
  it('finds nothing where the invoices ask for what was agreed', () => {
    const book = bookOf(changed);
    expect([[...book.differences()], book.broken]).toEqual([[], []]);
  });

  it('finds a change that was invoiced twice, and one whose credit note is missing', () => {
    const twice: Fact = ['invoice-inv_3', 'InvoiceFinalized', { orderId: 'ord_1', total: usd(1000) }];
    for (const facts of [[...changed, twice], changed.filter((_, at) => at !== 7)]) {
      expect([...bookOf(facts).differences()]).toEqual([
        { subject: 'ord_1', detail: '6000 is agreed, and 7000 invoiced' },
      ]);
    }
  });

  it('finds an order that was paid twice', () => {
    expect(bookOf([...changed, ['order-ord_1', 'OrderPaid', {}]]).broken).toEqual([
      'order-ord_1@11: it was paid before',
    ]);
  });
});
