import type { PaymentCommand } from '../../domain/payment/commands.js';
import type { PaymentEvent } from '../../domain/payment/events.js';
import type { PaymentRejection } from '../../domain/payment/rejections.js';
import type { PaymentState } from '../../domain/payment/state.js';
import type { Operations } from '../shared/operations.js';

export type PaymentOperations = Operations<PaymentState, PaymentCommand, PaymentEvent, PaymentRejection>;
