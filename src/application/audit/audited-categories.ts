import type { PaymentEvent } from '../../domain/payment/events.js';
import { payment } from '../../domain/payment/payment.js';
import type { PaymentState } from '../../domain/payment/state.js';
import { paymentCodec } from '../payment/payment.codec.js';
import type { AuditedCategories } from './audited-category.js';
import { auditedCategory } from './audited-category.js';
import { describePaymentEvent } from './payment-sentences.js';

/** Every kind of stream that an auditor can look into. */
export const auditedCategories: AuditedCategories = {
  payment: auditedCategory<PaymentState, PaymentEvent>({
    decider: payment,
    codec: paymentCodec,
    describe: describePaymentEvent,
  }),
};
