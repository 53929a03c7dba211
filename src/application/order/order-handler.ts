import type { OrderCommand, OrderEvent } from '../../domain/order/messages.js';
import type { OrderRejection, OrderState } from '../../domain/order/state.js';
import type { CommandHandler } from '../shared/command-handler.js';

export type OrderHandler = CommandHandler<OrderState, OrderCommand, OrderEvent, OrderRejection>;
