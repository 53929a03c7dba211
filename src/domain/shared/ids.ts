declare const brand: unique symbol;
type Id<Kind extends string> = string & { readonly [brand]: Kind };

export type PaymentId = Id<'payment'>;
export type RefundId = Id<'refund'>;
export type DisputeId = Id<'dispute'>;
export type CustomerId = Id<'customer'>;
export type OrderId = Id<'order'>;
export type InvoiceId = Id<'invoice'>;
export type CreditId = Id<'credit'>;
export type HoldId = Id<'hold'>;
export type PlanId = Id<'plan'>;
export type SetupId = Id<'payment method setup'>;
export type ManualPaymentId = Id<'manualPayment'>;
export type CollectionId = Id<'collection'>;
export type CreditNoteId = Id<'creditNote'>;
export type InvoiceRefundId = Id<'invoiceRefund'>;
export type LimitId = Id<'limit'>;
export type InvoiceTemplateId = Id<'invoiceTemplate'>;
export type UserId = Id<'user'>;
export type AlertId = Id<'alert'>;

/** Every id of ours is a prefix that names its kind and a UUID in lower case. */
const pattern = (prefix: string) =>
  new RegExp(`^${prefix}_[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`);

function parser<I extends string>(prefix: string): (text: string) => I | undefined {
  const shape = pattern(prefix);
  return (text) => (shape.test(text) ? (text as I) : undefined);
}

/** Each returns undefined when the text is not an id of that kind. */
export const parsePaymentId = parser<PaymentId>('pay');
export const parseRefundId = parser<RefundId>('re');
export const parseDisputeId = parser<DisputeId>('dp');
export const parseCustomerId = parser<CustomerId>('cus');
export const parseOrderId = parser<OrderId>('ord');
export const parseInvoiceId = parser<InvoiceId>('inv');
export const parseCreditId = parser<CreditId>('crd');
export const parseHoldId = parser<HoldId>('hold');
export const parsePlanId = parser<PlanId>('plan');
export const parseSetupId = parser<SetupId>('pms');
export const parseManualPaymentId = parser<ManualPaymentId>('mp');
export const parseCollectionId = parser<CollectionId>('col');
export const parseCreditNoteId = parser<CreditNoteId>('cn');
export const parseInvoiceRefundId = parser<InvoiceRefundId>('irf');
export const parseLimitId = parser<LimitId>('lim');
export const parseUserId = parser<UserId>('usr');
export const parseInvoiceTemplateId = parser<InvoiceTemplateId>('itpl');
export const parseAlertId = parser<AlertId>('alr');
