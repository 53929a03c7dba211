import { alertCodec } from '../../src/application/alert/alert.codec.js';
import { brandingCodec } from '../../src/application/branding/branding.codec.js';
import { collectionCodec } from '../../src/application/collection/collection.codec.js';
import { creditCodec } from '../../src/application/credit/credit.codec.js';
import { customerCodec } from '../../src/application/customer/customer.codec.js';
import { exposureCodec } from '../../src/application/exposure/exposure.codec.js';
import { invoiceCodec } from '../../src/application/invoice/invoice.codec.js';
import { invoiceSeriesCodec } from '../../src/application/invoice/invoice-series.codec.js';
import { invoiceTemplateCodec } from '../../src/application/invoice-template/invoice-template.codec.js';
import { limitCodec } from '../../src/application/limit/limit.codec.js';
import { manualPaymentCodec } from '../../src/application/manual-payment/manual-payment.codec.js';
import { referenceClaimCodec } from '../../src/application/manual-payment/reference-claim.codec.js';
import { orderCodec } from '../../src/application/order/order.codec.js';
import { paymentCodec } from '../../src/application/payment/payment.codec.js';
import { planCodec } from '../../src/application/plan/plan.codec.js';
import { userCodec } from '../../src/application/user/user.codec.js';

/** What one module stores; `golden` is its folder under tests/golden-events. */
type StoredModule = {
  readonly title: string;
  readonly golden: string;
  /** How its streams are named. */
  readonly streams: string;
  readonly codec: {
    readonly storedTypes: ReadonlyMap<string, string>;
    encode(event: never): { readonly type: string; readonly data: Readonly<Record<string, unknown>> };
    decode(stored: { readonly type: string; readonly data: unknown }): { readonly type: string };
  };
};

/** Every module with a codec, in the order of the catalogue in docs/events.md. */
export const storedModules: readonly StoredModule[] = [
  { title: 'Payment', golden: 'payment', streams: 'payment-<payment id>', codec: paymentCodec },
  { title: 'Customer', golden: 'customer', streams: 'customer-<customer id>', codec: customerCodec },
  { title: 'Credit', golden: 'credit', streams: 'creditAccount-<customer id>', codec: creditCodec },
  {
    title: 'Collection',
    golden: 'collection',
    streams: 'collection-<collection id>',
    codec: collectionCodec,
  },
  { title: 'Invoice', golden: 'invoice', streams: 'invoice-<invoice id>', codec: invoiceCodec },
  {
    title: 'Invoice numbers',
    golden: 'invoice-series',
    streams: 'invoiceSeries-<series>',
    codec: invoiceSeriesCodec,
  },
  { title: 'Order', golden: 'order', streams: 'order-<order id>', codec: orderCodec },
  { title: 'Payment plan', golden: 'plan', streams: 'paymentPlan-<plan id>', codec: planCodec },
  {
    title: 'Manual payment',
    golden: 'manual-payment',
    streams: 'manualPayment-<manual payment id>',
    codec: manualPaymentCodec,
  },
  {
    title: 'References of manual payments',
    golden: 'manual-payment-reference',
    streams: 'manualPaymentReference-<digest of reference, amount and date>',
    codec: referenceClaimCodec,
  },
  { title: 'Exposure', golden: 'exposure', streams: 'exposure-<customer id>', codec: exposureCodec },
  { title: 'Branding', golden: 'branding', streams: 'branding-default', codec: brandingCodec },
  {
    title: 'Invoice template',
    golden: 'invoice-template',
    streams: 'invoiceTemplate-<template id>',
    codec: invoiceTemplateCodec,
  },
  { title: 'Alert', golden: 'alert', streams: 'alertRule-<rule>', codec: alertCodec },
  { title: 'Limit', golden: 'limit', streams: 'limit-<limit id>', codec: limitCodec },
  { title: 'User', golden: 'user', streams: 'user-<user id>', codec: userCodec },
];
