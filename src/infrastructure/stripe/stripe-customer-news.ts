import { z } from 'zod';
import type { VerifiedWebhook } from '../../application/ports/inbound-webhooks.js';
import type { ProviderNews } from '../../application/webhook/provider-news.js';
import { metadataKeys } from './stripe-snapshots.js';

const idOf = z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)]);
const object = z.object({
  id: z.string(),
  customer: idOf.nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
});
const envelope = z.object({
  data: z.object({ object, previous_attributes: z.object({ customer: idOf.nullish() }).nullish() }),
});

const abouts: Readonly<Record<string, 'setup' | 'method' | 'provider_customer'>> = {
  'setup_intent.succeeded': 'setup',
  'setup_intent.setup_failed': 'setup',
  'setup_intent.canceled': 'setup',
  'payment_method.attached': 'method',
  'payment_method.detached': 'method',
  'payment_method.updated': 'method',
  'payment_method.automatically_updated': 'method',
  'customer.deleted': 'provider_customer',
};

export function isOfCustomers(type: string): boolean {
  return Object.hasOwn(abouts, type);
}

/** What a webhook of Stripe's tells about a customer: which object to look at, and whose it is. */
export function readCustomerNews(webhook: VerifiedWebhook): ProviderNews {
  const about = abouts[webhook.type];
  const parsed = envelope.safeParse(JSON.parse(webhook.payload));
  if (about === undefined || !parsed.success) {
    return { about: 'unreadable', reason: 'the event holds no object of a customer' };
  }
  const { object: told, previous_attributes: before } = parsed.data.data;
  const customer = told.metadata?.[metadataKeys.customer] ?? null;
  switch (about) {
    case 'setup':
      return { about, setupIntentId: told.id, providerCustomerId: told.customer ?? null, customer };
    case 'method': {
      // A method that was detached names its customer no more; what changed tells who that was.
      const providerCustomerId = told.customer ?? before?.customer ?? null;
      return { about, paymentMethodId: told.id, providerCustomerId, customer: null };
    }
    case 'provider_customer':
      return { about, providerCustomerId: told.id, customer };
  }
}
