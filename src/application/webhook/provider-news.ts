import type { DisputeSnapshot, IntentSnapshot, RefundSnapshot } from '../../domain/payment/intent.js';
import type { VerifiedWebhook } from '../ports/inbound-webhooks.js';

/**
 * What a webhook is about, in our terms. `snapshot` is the object as it was when the webhook was made, which may be long
 * ago: it tells whether there is anything new at all, and is never recorded.
 */
export type ProviderNews =
  | {
      readonly about: 'intent';
      readonly intentId: string;
      /** The text that the object's metadata holds under our name for a payment; null when it holds none. */
      readonly payment: string | null;
      readonly snapshot: IntentSnapshot;
    }
  /** Shows one charge of an intent, and little of the intent itself. */
  | {
      readonly about: 'charge';
      readonly intentId: string;
      readonly payment: string | null;
      readonly chargeId: string;
    }
  | {
      readonly about: 'refund';
      readonly providerRefundId: string;
      readonly intentId: string;
      readonly payment: string | null;
      readonly snapshot: RefundSnapshot;
    }
  /** The dispute carries no name of ours. */
  | {
      readonly about: 'dispute';
      readonly providerDisputeId: string;
      readonly intentId: string;
      readonly payment: null;
      readonly snapshot: DisputeSnapshot;
    }
  | CustomerNews
  | { readonly about: 'nothing'; readonly note: string }
  /** Nothing here follows it, and money moved or may move by it: a person has to look. */
  | { readonly about: 'review'; readonly reason: string }
  | { readonly about: 'unreadable'; readonly reason: string };

/**
 * About customers and their payment methods. `customer` is the text that the object's metadata holds under our name for a
 * customer; null when it holds none. Nothing else of the object is told: it is fetched.
 */
export type CustomerNews =
  | {
      readonly about: 'setup';
      readonly setupIntentId: string;
      readonly providerCustomerId: string | null;
      readonly customer: string | null;
    }
  /** `providerCustomerId` is whose the method is, or was before it was taken away; null for one of nobody. */
  | {
      readonly about: 'method';
      readonly paymentMethodId: string;
      readonly providerCustomerId: string | null;
      readonly customer: null;
    }
  | {
      readonly about: 'provider_customer';
      readonly providerCustomerId: string;
      readonly customer: string | null;
    };

/** Reads the provider's own format; never throws. */
export type ReadNews = (webhook: VerifiedWebhook) => ProviderNews;

export function isAboutCustomers(news: ProviderNews): news is CustomerNews {
  return news.about === 'setup' || news.about === 'method' || news.about === 'provider_customer';
}
