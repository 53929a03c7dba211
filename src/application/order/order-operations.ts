import type { ExposureRejection } from '../../domain/exposure/exposure.js';
import type { OrderCommand, OrderEvent } from '../../domain/order/messages.js';
import { order } from '../../domain/order/order.js';
import type { ExistingOrder, OrderRejection, OrderState } from '../../domain/order/state.js';
import { isApproved } from '../../domain/order/state.js';
import type { Money } from '../../domain/shared/money.js';
import { isPositive, subtract } from '../../domain/shared/money.js';
import type { Exposures } from '../exposure/exposures.js';
import { reservationOf } from '../exposure/exposures.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { Handled, HandleOptions } from '../shared/command-handler.js';
import { Contention } from '../shared/command-handler.js';
import { commandIdOf } from '../shared/event-ids.js';
import type { OrderHandler } from './order-handler.js';

type HandledOrder = Handled<OrderState, OrderEvent, OrderRejection | ExposureRejection>;

export type OrderOperations = {
  /**
   * Decides a command; one that lets the customer owe more does so within the credit limit of the order's terms, or
   * not at all. @throws Contention
   */
  run(
    orderId: string,
    command: OrderCommand,
    metadata: EventMetadata,
    options?: HandleOptions<OrderState>,
  ): Promise<HandledOrder>;
};

type Needed = { readonly amount: Money; readonly limit: Money | null };
const attemptsMax = 10;

export function createOrderOperations(parts: {
  readonly orders: OrderHandler;
  readonly exposures: Exposures;
}): OrderOperations {
  const { orders, exposures } = parts;

  async function run(
    orderId: string,
    command: OrderCommand,
    metadata: EventMetadata,
    options: HandleOptions<OrderState> = {},
  ): Promise<HandledOrder> {
    for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
      const known = await orders.load(orderId);
      const needed = neededBy(known.state, command);
      if (needed === null || known.state.status === 'absent') {
        return orders.handle(orderId, command, metadata, options);
      }
      const { customerId } = known.state.details;
      // Several who change one order at once take for themselves, and who comes to nothing lets its own go.
      const planId = reservationOf(metadata.commandId);
      const step = { ...metadata, commandId: commandIdOf(`at ${known.revision}`, metadata.commandId) };
      const taken = await exposures.take(customerId, { planId, ...needed }, step);
      if (taken.outcome === 'refused') return { ...known, outcome: 'rejected', rejection: taken.rejection };
      // The limit was looked at for this revision; at another one it may be another amount.
      const handled = await orders.handle(orderId, command, metadata, {
        ...options,
        ifRevision: options.ifRevision ?? known.revision,
      });
      if (handled.outcome === 'accepted') return handled;
      await exposures.release(customerId, planId, step);
      if (handled.outcome === 'rejected' || options.ifRevision !== undefined) return handled;
    }
    throw new Contention(`order ${orderId} changed ${attemptsMax} times while one command was decided`);
  }

  return { run };
}

/** What the customer would come to owe by a command; null where that is nothing more. */
function neededBy(state: OrderState, command: OrderCommand): Needed | null {
  const decision = order.decide(state, command);
  if (decision.outcome === 'rejected' || state.status === 'absent') return null;
  const after = decision.events.reduce<OrderState>(order.evolve, state);
  if (after.status === 'absent') return null;
  for (const event of decision.events) {
    if (event.type === 'OrderApproved') {
      return { amount: event.total, limit: event.terms.creditLimit };
    }
    if (event.type === 'OrderTotalAmended' && isPositive(subtract(event.to, event.from))) {
      return { amount: subtract(event.to, event.from), limit: limitOf(after) };
    }
  }
  return null;
}

function limitOf(state: ExistingOrder): Money | null {
  return isApproved(state) ? state.terms.creditLimit : null;
}
