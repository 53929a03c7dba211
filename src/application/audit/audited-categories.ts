import { customer } from '../../domain/customer/customer.js';
import type { CustomerEvent } from '../../domain/customer/events.js';
import type { CustomerState } from '../../domain/customer/state.js';
import type { PaymentEvent } from '../../domain/payment/events.js';
import { payment } from '../../domain/payment/payment.js';
import type { PaymentState } from '../../domain/payment/state.js';
import { customerCodec } from '../customer/customer.codec.js';
import { paymentCodec } from '../payment/payment.codec.js';
import type { AuditedCategories } from './audited-category.js';
import { auditedCategory } from './audited-category.js';
import { describeCustomerEvent } from './customer-sentences.js';
import { describePaymentEvent } from './payment-sentences.js';

/** Every kind of stream that an auditor can look into. */
export const auditedCategories: AuditedCategories = {
  customer: auditedCategory<CustomerState, CustomerEvent>({
    decider: customer,
    codec: customerCodec,
    describe: describeCustomerEvent,
  }),
  payment: auditedCategory<PaymentState, PaymentEvent>({
    decider: payment,
    codec: paymentCodec,
    describe: describePaymentEvent,
  }),
};
