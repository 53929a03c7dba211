import { z } from 'zod';
import type { VerifiedWebhook } from '../../application/ports/inbound-webhooks.js';
import type { ProviderNews } from '../../application/webhook/provider-news.js';
import { isOfCustomers, readCustomerNews } from './stripe-customer-news.js';
import { readDispute } from './stripe-disputes.js';
import { metadataKeys, readIntent, readRefund } from './stripe-snapshots.js';

const metadata = z.record(z.string(), z.string()).nullish();
const envelope = z.looseObject({ data: z.looseObject({ object: z.looseObject({ metadata }) }) });
const chargeObject = z.looseObject({
  id: z.string(),
  payment_intent: z
    .union([z.string(), z.looseObject({ id: z.string() }).transform(({ id }) => id)])
    .nullish(),
});

/**
 * What a webhook of Stripe's tells about our payments: `payment_intent.*` of an intent, `refund.*` and
 * `charge.refund.updated` of a refund, every other `charge.*` of the charge's intent - its fee may have become known.
 * `charge.refunded` names no refund; the `refund.*` webhooks beside it do. `charge.dispute.*` is of a dispute. Warnings of fraud are
 * for a person.
 * Types that no payment cares for are nothing.
 */
export function readStripeNews(webhook: VerifiedWebhook): ProviderNews {
  const reason = reasonToReview(webhook.type);
  if (reason !== undefined) return { about: 'review', reason };
  const kind = kindOf(webhook.type);
  if (isOfCustomers(webhook.type)) return readCustomerNews(webhook);
  if (kind === undefined) return { about: 'nothing', note: `no payment is changed by ${webhook.type}` };
  const parsed = envelope.safeParse(JSON.parse(webhook.payload));
  if (!parsed.success) return unreadable('the event holds no object');
  const { object } = parsed.data.data;
  const payment = object.metadata?.[metadataKeys.payment] ?? null;
  switch (kind) {
    case 'intent': {
      const reading = readIntent(object, webhook.livemode);
      if (reading.outcome === 'unreadable') return unreadable(reading.reason);
      const { value: snapshot } = reading;
      return { about: 'intent', intentId: snapshot.intentId, payment, snapshot };
    }
    case 'charge': {
      const charge = chargeObject.safeParse(object);
      if (!charge.success) return unreadable('malformed charge');
      const { id: chargeId, payment_intent: intentId } = charge.data;
      if (intentId === null || intentId === undefined) {
        return { about: 'nothing', note: `charge ${chargeId} is of no payment intent` };
      }
      return { about: 'charge', intentId, payment, chargeId };
    }
    case 'refund': {
      if (object['payment_intent'] === null)
        return { about: 'nothing', note: 'a refund of no payment intent' };
      const reading = readRefund(object);
      if (reading.outcome === 'unreadable') return unreadable(reading.reason);
      const { value: snapshot } = reading;
      const { providerRefundId, intentId } = snapshot;
      return { about: 'refund', providerRefundId, intentId, payment, snapshot };
    }
    case 'dispute': {
      const reading = readDispute(object, webhook.livemode);
      if (reading.outcome === 'unreadable') return unreadable(reading.reason);
      const { value: snapshot } = reading;
      const { providerDisputeId, intentId } = snapshot;
      return { about: 'dispute', providerDisputeId, intentId, payment: null, snapshot };
    }
  }
}

/** Nothing here follows it, and money may move because of it. */
function reasonToReview(type: string): string | undefined {
  if (type.startsWith('radar.early_fraud_warning.')) return `money may move outside the books: ${type}`;
  return undefined;
}

function kindOf(type: string): 'intent' | 'charge' | 'refund' | 'dispute' | undefined {
  if (type.startsWith('payment_intent.')) return 'intent';
  if (type.startsWith('refund.') || type === 'charge.refund.updated') return 'refund';
  if (type.startsWith('charge.dispute.')) return 'dispute';
  if (type.startsWith('charge.')) return 'charge';
  return undefined;
}

function unreadable(reason: string): ProviderNews {
  return { about: 'unreadable', reason };
}
