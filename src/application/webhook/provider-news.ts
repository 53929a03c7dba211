import type { IntentSnapshot, RefundSnapshot } from '../../domain/payment/intent.js';
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
  | { readonly about: 'nothing'; readonly note: string }
  | { readonly about: 'unreadable'; readonly reason: string };

/** Reads the provider's own format; never throws. */
export type ReadNews = (webhook: VerifiedWebhook) => ProviderNews;
