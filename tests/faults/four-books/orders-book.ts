import type { RawEvent } from './raw-event.js';
import { money, text } from './raw-event.js';

type Order = {
  /** Null until it is approved. */
  agreed: bigint | null;
  isCanceled: boolean;
  isPaid: boolean;
  invoiced: bigint;
};

/** The part of book 2 that is about orders: what they come to, and what their invoices ask for. Nothing of the product is used. */
export class OrdersBook {
  /** Histories that no sequence of true facts can have. */
  readonly broken: string[] = [];
  readonly #orders = new Map<string, Order>();
  readonly #ordersOfInvoices = new Map<string, string>();

  apply(event: RawEvent): void {
    const category = event.stream.slice(0, event.stream.indexOf('-'));
    const id = event.stream.slice(category.length + 1);
    if (category === 'order') this.#applyOrder(id, event);
    else if (category === 'invoice') this.#applyInvoice(id, event);
  }

  /** Orders, at rest, that are invoiced for something else than they come to. */
  *differences(): Generator<{ readonly subject: string; readonly detail: string }> {
    for (const [id, { agreed, isCanceled, invoiced }] of this.#orders) {
      if (agreed === null || isCanceled || invoiced === agreed) continue;
      yield { subject: id, detail: `${agreed} is agreed, and ${invoiced} invoiced` };
    }
  }

  #applyOrder(id: string, { type, data, stream, revision }: RawEvent): void {
    const order = this.#orderOf(id);
    switch (type) {
      case 'OrderApproved':
        order.agreed = money(data['total'])?.minor ?? null;
        break;
      case 'OrderTotalAmended':
        order.agreed = money(data['to'])?.minor ?? null;
        break;
      case 'OrderCanceled':
        order.isCanceled = true;
        break;
      case 'OrderPaid':
        if (order.isPaid) this.broken.push(`${stream}@${revision}: it was paid before`);
        order.isPaid = true;
        break;
    }
  }

  #applyInvoice(id: string, { type, data }: RawEvent): void {
    const minor = money(data['total'])?.minor ?? 0n;
    const named = text(data['orderId']);
    if (type === 'InvoiceFinalized' && named !== null) {
      this.#ordersOfInvoices.set(id, named);
      this.#orderOf(named).invoiced += minor;
    }
    const known = this.#ordersOfInvoices.get(id);
    if (known === undefined) return;
    // A credit note for another reason gives up what was agreed all the same.
    const isChange = type === 'InvoiceCredited' && data['creditReason'] === 'order_change';
    if (isChange || type === 'InvoiceVoided') this.#orderOf(known).invoiced -= minor;
  }

  #orderOf(id: string): Order {
    const order = this.#orders.get(id) ?? { agreed: null, isCanceled: false, isPaid: false, invoiced: 0n };
    this.#orders.set(id, order);
    return order;
  }
}
