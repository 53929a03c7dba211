import type { OutsideSources } from '../../shared/security-headers.js';

/**
 * How a customer gives a card. In no way does its number pass through here: it goes to the provider's own form, and what
 * comes back is the id of a payment method.
 */
export type CardEntry =
  /** On a page of the simulator, which leads back. */
  | { readonly kind: 'simulated'; readonly origin: string }
  /** In Stripe's Payment Element, which Stripe's own script puts into a frame of Stripe's on our page. */
  | { readonly kind: 'stripe'; readonly publishableKey: string }
  /** Not at all: there is no publishable key. Saved cards and credit can be used. */
  | { readonly kind: 'none' };

/** Where Stripe's script comes from and what it needs, as Stripe documents it for a content security policy. */
export const stripeSources: OutsideSources = {
  scripts: ['https://js.stripe.com', 'https://*.js.stripe.com'],
  frames: ['https://js.stripe.com', 'https://*.js.stripe.com', 'https://hooks.stripe.com'],
  connections: ['https://api.stripe.com'],
};

export function cardEntryOf(
  stripe: { readonly simulated: boolean; readonly apiBase: string | null },
  publishableKey: string | null,
): CardEntry {
  if (stripe.simulated && stripe.apiBase !== null) return { kind: 'simulated', origin: stripe.apiBase };
  return publishableKey === null ? { kind: 'none' } : { kind: 'stripe', publishableKey };
}

/** The simulator's page on which a card is given, or set up for later, and which leads back to an address of ours. */
export function simulatedCardPage(origin: string, returnTo: string, setupIntentId?: string): string {
  const page = new URL('/sim/card', origin);
  page.searchParams.set('return_to', returnTo);
  if (setupIntentId !== undefined) page.searchParams.set('setup_intent', setupIntentId);
  return page.toString();
}

/** Where the simulator plays the cardholder's bank. */
export function simulatedBankPage(origin: string, intentId: string, returnTo: string): string {
  const page = new URL(`/sim/3ds/${encodeURIComponent(intentId)}`, origin);
  page.searchParams.set('return_to', returnTo);
  return page.toString();
}
