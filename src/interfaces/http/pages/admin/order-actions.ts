import { z } from 'zod';
import { parseOrderId } from '../../../../domain/shared/ids.js';
import type { orderObject } from '../../order/order-object.js';
import { idField } from '../../shared/fields.js';
import type { AskApi, Asker } from '../shared/ask-api.js';
import type { Page } from '../shared/page.js';
import { actionPage } from './action-page.js';
import type { ConsoleArea } from './console-area.js';
import { minorOf, typedAmount } from './form-fields.js';
import type { Action, ActionField } from './record-page.js';
import { termsBody, termsFields, termsOf } from './terms-fields.js';

export type Order = ReturnType<typeof orderObject>;

const amended = { total: typedAmount.optional() };

/** What takes an order on; which of it an order may is for its decider to say. */
export function orderActionPages(area: ConsoleArea, ask: AskApi): readonly Page[] {
  const act = actionPage(area, ask);
  const common = (name: string) =>
    ({
      path: `/admin/orders/:id/${name}`,
      route: 'POST /v1/orders/:id/transitions',
      access: 'orders:write',
      params: z.strictObject({ id: idField(parseOrderId, 'ord') }),
      reasonInBody: true,
    }) as const;
  async function orderOf(id: string, by: Asker): Promise<Order> {
    return (await ask('GET /v1/orders/:id', { params: { id } }, by)).body as Order;
  }
  async function withTotal(to: string, typed: string | undefined, id: string, by: Asker) {
    if (typed === undefined) return { to };
    return { to, total: minorOf(typed, (await orderOf(id, by)).currency) };
  }
  const step = (name: string, to: Order['status'], done: string) =>
    act({
      ...common(name),
      body: amended,
      bodyOf: ({ total }, id, by) => withTotal(to, total, id, by),
      done,
    });
  const end = (name: string, to: Order['status'], done: string) =>
    act({ ...common(name), body: {}, bodyOf: () => ({ to }), done });
  return [
    step('analyze', 'analyzing', 'The order is being analyzed.'),
    step('review', 'reviewing', 'The order is being reviewed.'),
    act({
      ...common('approve'),
      body: { ...amended, ...termsBody },
      bodyOf: async ({ total, ...typed }, id, by) => ({
        ...(await withTotal('payment_pending', total, id, by)),
        terms: termsOf(typed),
      }),
      done: 'The order is approved, and its payment is asked for.',
    }),
    act({
      ...common('total'),
      body: { total: typedAmount },
      bodyOf: async ({ total }, id, by) => {
        const { status, currency } = await orderOf(id, by);
        return { to: status, total: minorOf(total, currency) };
      },
      done: 'The total is as you say.',
    }),
    step('start', 'in_progress', 'Work on the order has begun.'),
    end('complete', 'completed', 'The order is complete.'),
    end('cancel', 'canceled', 'The order is canceled.'),
  ];
}

const totalField = (label: string, more: Partial<ActionField> = {}): ActionField => ({
  ...{ name: 'total', label, hint: 'Such as 1250.00' },
  ...more,
});
const perhapsTotal = totalField('Total, if it changes', { optional: true });

/** What its decider allows of an order in its status. */
export function actionsOfOrder(order: Order): readonly Action[] {
  const { id, status, total, terms } = order;
  const at = (name: string) => `/admin/orders/${id}/${name}`;
  const newTotal: Action = {
    title: total === null ? 'Set the total' : 'Change the total',
    path: at('total'),
    button: 'Set it',
    fields: [totalField('Total')],
  };
  const start: Action = { title: 'Begin the work', path: at('start'), button: 'Begin' };
  const cancel: Action = {
    ...{ title: 'Cancel', path: at('cancel'), button: 'Cancel the order', danger: true },
    note: 'What was paid goes back as its terms say.',
  };
  switch (status) {
    case 'configuring':
      return [
        { title: 'Analyze', path: at('analyze'), button: 'Take it on', fields: [perhapsTotal] },
        ...[newTotal, cancel],
      ];
    case 'analyzing':
      return [
        { title: 'Review', path: at('review'), button: 'Take it on', fields: [perhapsTotal] },
        ...[newTotal, cancel],
      ];
    case 'reviewing':
      return [
        {
          ...{ title: 'Approve', path: at('approve'), button: 'Approve with these terms' },
          fields: [total === null ? totalField('Total') : perhapsTotal, ...termsFields],
          note: 'An invoice and its payment plan follow.',
        },
        ...[newTotal, cancel],
      ];
    case 'payment_pending':
      return terms?.releases_order === 'approved' ? [start, newTotal, cancel] : [newTotal, cancel];
    case 'paid':
      return isPartlyPaid(order) ? [start, newTotal, cancel] : [start, cancel];
    case 'in_progress': {
      const complete: Action = { title: 'Complete', path: at('complete'), button: 'It is done' };
      const mayAmend = order.amount_settled === null || isPartlyPaid(order);
      return mayAmend ? [complete, newTotal, cancel] : [complete, cancel];
    }
    case 'completed':
    case 'canceled':
      return [];
  }
}

/** The plan of an order that is paid in full is over: nothing would ask for a difference. */
function isPartlyPaid({ total, amount_settled: settled, terms }: Order): boolean {
  return terms?.releases_order === 'first_part_settled' && settled !== null && settled < (total ?? 0n);
}
