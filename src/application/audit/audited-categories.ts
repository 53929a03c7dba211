import type { AlertEvent, AlertState } from '../../domain/alert/alert.js';
import { alert } from '../../domain/alert/alert.js';
import type { BrandingEvent, BrandingState } from '../../domain/branding/branding.js';
import { branding } from '../../domain/branding/branding.js';
import { collection } from '../../domain/collection/collection.js';
import type { CollectionEvent } from '../../domain/collection/events.js';
import type { CollectionState } from '../../domain/collection/state.js';
import { creditAccount } from '../../domain/credit/credit.js';
import type { CreditEvent } from '../../domain/credit/events.js';
import type { CreditState } from '../../domain/credit/state.js';
import { customer } from '../../domain/customer/customer.js';
import type { CustomerEvent } from '../../domain/customer/events.js';
import type { CustomerState } from '../../domain/customer/state.js';
import type { ExposureEvent, ExposureState } from '../../domain/exposure/exposure.js';
import { exposure } from '../../domain/exposure/exposure.js';
import type { InvoiceEvent } from '../../domain/invoice/events.js';
import { invoice } from '../../domain/invoice/invoice.js';
import type { SeriesEvent, SeriesState } from '../../domain/invoice/number-series.js';
import { numberSeries } from '../../domain/invoice/number-series.js';
import type { InvoiceState } from '../../domain/invoice/state.js';
import type {
  InvoiceTemplateEvent,
  InvoiceTemplateState,
} from '../../domain/invoice-template/invoice-template.js';
import { invoiceTemplate } from '../../domain/invoice-template/invoice-template.js';
import type { LimitEvent, LimitState } from '../../domain/limit/limit.js';
import { limit } from '../../domain/limit/limit.js';
import { manualPayment } from '../../domain/manual-payment/manual-payment.js';
import type { ManualPaymentEvent } from '../../domain/manual-payment/messages.js';
import type {
  ReferenceClaimEvent,
  ReferenceClaimState,
} from '../../domain/manual-payment/reference-claim.js';
import { referenceClaim } from '../../domain/manual-payment/reference-claim.js';
import type { ManualPaymentState } from '../../domain/manual-payment/state.js';
import type { OrderEvent } from '../../domain/order/messages.js';
import { order } from '../../domain/order/order.js';
import type { OrderState } from '../../domain/order/state.js';
import type { PaymentEvent } from '../../domain/payment/events.js';
import { payment } from '../../domain/payment/payment.js';
import type { PaymentState } from '../../domain/payment/state.js';
import type { PlanEvent } from '../../domain/plan/events.js';
import { plan } from '../../domain/plan/plan.js';
import type { PlanState } from '../../domain/plan/state.js';
import { valuesOf } from '../../domain/shared/id-index.js';
import type { UserEvent } from '../../domain/user/messages.js';
import type { UserState } from '../../domain/user/user.js';
import { user } from '../../domain/user/user.js';
import { alertCodec } from '../alert/alert.codec.js';
import { brandingCodec } from '../branding/branding.codec.js';
import { collectionCodec } from '../collection/collection.codec.js';
import { creditCodec } from '../credit/credit.codec.js';
import { customerCodec } from '../customer/customer.codec.js';
import { exposureCodec } from '../exposure/exposure.codec.js';
import { invoiceCodec } from '../invoice/invoice.codec.js';
import { invoiceSeriesCodec } from '../invoice/invoice-series.codec.js';
import { invoiceTemplateCodec } from '../invoice-template/invoice-template.codec.js';
import { limitCodec } from '../limit/limit.codec.js';
import { manualPaymentCodec } from '../manual-payment/manual-payment.codec.js';
import { referenceClaimCodec } from '../manual-payment/reference-claim.codec.js';
import { orderCodec } from '../order/order.codec.js';
import { paymentCodec } from '../payment/payment.codec.js';
import { planCodec } from '../plan/plan.codec.js';
import { userCodec } from '../user/user.codec.js';
import { describeAlertEvent } from './alert-sentences.js';
import type { AuditedCategories } from './audited-category.js';
import { auditedCategory } from './audited-category.js';
import { describeBrandingEvent, describeInvoiceTemplateEvent } from './branding-sentences.js';
import { describeCollectionEvent } from './collection-sentences.js';
import { describeCreditEvent } from './credit-sentences.js';
import { describeCustomerEvent } from './customer-sentences.js';
import { describeExposureEvent } from './exposure-sentences.js';
import { describeInvoiceEvent, describeSeriesEvent } from './invoice-sentences.js';
import { describeLimitEvent } from './limit-sentences.js';
import { describeManualPaymentEvent, describeReferenceClaimEvent } from './manual-payment-sentences.js';
import { describeOrderEvent } from './order-sentences.js';
import { describePaymentEvent } from './payment-sentences.js';
import { describePlanEvent } from './plan-sentences.js';
import { describeUserEvent } from './user-sentences.js';

/** Every kind of stream that an auditor can look into. */
export const auditedCategories: AuditedCategories = {
  collection: auditedCategory<CollectionState, CollectionEvent>({
    decider: collection,
    codec: collectionCodec,
    describe: describeCollectionEvent,
  }),
  customer: auditedCategory<CustomerState, CustomerEvent>({
    decider: customer,
    codec: customerCodec,
    describe: describeCustomerEvent,
  }),
  invoice: auditedCategory<InvoiceState, InvoiceEvent>({
    decider: invoice,
    codec: invoiceCodec,
    describe: describeInvoiceEvent,
  }),
  invoiceSeries: auditedCategory<SeriesState, SeriesEvent>({
    decider: numberSeries,
    codec: invoiceSeriesCodec,
    describe: describeSeriesEvent,
  }),
  payment: auditedCategory<PaymentState, PaymentEvent>({
    decider: payment,
    codec: paymentCodec,
    describe: describePaymentEvent,
  }),
  manualPayment: auditedCategory<ManualPaymentState, ManualPaymentEvent>({
    decider: manualPayment,
    codec: manualPaymentCodec,
    describe: describeManualPaymentEvent,
  }),
  manualPaymentReference: auditedCategory<ReferenceClaimState, ReferenceClaimEvent>({
    decider: referenceClaim,
    codec: referenceClaimCodec,
    describe: describeReferenceClaimEvent,
  }),
  order: auditedCategory<OrderState, OrderEvent>({
    decider: order,
    codec: orderCodec,
    describe: describeOrderEvent,
  }),
  paymentPlan: auditedCategory<PlanState, PlanEvent>({
    decider: plan,
    codec: planCodec,
    describe: describePlanEvent,
  }),
  creditAccount: auditedCategory<CreditState, CreditEvent>({
    decider: creditAccount,
    codec: creditCodec,
    describe: describeCreditEvent,
    show: showCredit,
  }),
  exposure: auditedCategory<ExposureState, ExposureEvent>({
    decider: exposure,
    codec: exposureCodec,
    describe: describeExposureEvent,
  }),
  branding: auditedCategory<BrandingState, BrandingEvent>({
    decider: branding,
    codec: brandingCodec,
    describe: describeBrandingEvent,
  }),
  invoiceTemplate: auditedCategory<InvoiceTemplateState, InvoiceTemplateEvent>({
    decider: invoiceTemplate,
    codec: invoiceTemplateCodec,
    describe: describeInvoiceTemplateEvent,
  }),
  alertRule: auditedCategory<AlertState, AlertEvent>({
    decider: alert,
    codec: alertCodec,
    describe: describeAlertEvent,
  }),
  limit: auditedCategory<LimitState, LimitEvent>({
    decider: limit,
    codec: limitCodec,
    describe: describeLimitEvent,
  }),
  user: auditedCategory<UserState, UserEvent>({
    decider: user,
    codec: userCodec,
    describe: describeUserEvent,
  }),
};

/** The account with its grants and holds as plain lists. */
function showCredit(state: CreditState): unknown {
  if (state.status === 'absent') return state;
  const { grants, holds, ...account } = state;
  return { ...account, grants: [...valuesOf(grants)], holds: [...valuesOf(holds)] };
}
