import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { neededEvents } from '../../../src/infrastructure/stripe/needed-events.js';
import { readStripeNews } from '../../../src/infrastructure/stripe/stripe-news.js';

const file = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

/** Types that are read where they come, and need not come, because another one brings the same news. */
const toldByOthers: Readonly<Record<string, string>> = {
  'payment_intent.created': 'we made it ourselves',
  'payment_intent.partially_funded': 'of bank transfers, which are not taken',
  'charge.captured': 'payment_intent.succeeded',
  'charge.expired': 'payment_intent.canceled',
  'charge.failed': 'payment_intent.payment_failed',
  'charge.pending': 'payment_intent.processing',
  'charge.refund.updated': 'refund.updated',
  'charge.refunded': 'refund.created',
  'charge.succeeded': 'payment_intent.succeeded',
};

/** Every type that an endpoint can be subscribed to, as the official SDK of our API version lists them. */
function knownToStripe(): readonly string[] {
  const types = /type EnabledEvent = ([^;]+);/.exec(
    file('node_modules/stripe/esm/resources/WebhookEndpoints.d.ts'),
  );
  return [...(types?.[1] ?? '').matchAll(/'([a-z\d_.]+)'/g)].map(([, type = '']) => type);
}

/** Whether a webhook of that type tells the product anything at all. */
function isRead(type: string): boolean {
  const object = { id: 'ch_1', payment_intent: 'pi_1' };
  const payload = JSON.stringify({ data: { object } });
  const webhook = { id: 'evt_1', type, apiVersion: null, livemode: false, objectId: null, payload };
  return readStripeNews(webhook).about !== 'nothing';
}

describe('what the webhook endpoint must send', () => {
  it('is every type of Stripe’s that is read, but for those that others tell', () => {
    const known = knownToStripe();
    expect(known.length).toBeGreaterThan(200);
    expect([...neededEvents, ...Object.keys(toldByOthers)].sort()).toEqual(known.filter(isRead).sort());
  });

  it('is named once each, and nothing of it is told by others', () => {
    expect(new Set(neededEvents).size).toBe(neededEvents.length);
    expect(neededEvents.filter((type) => Object.hasOwn(toldByOthers, type))).toEqual([]);
  });

  it('is what the README tells to subscribe to', () => {
    const [, step = ''] =
      /\n2\. Point a Stripe webhook endpoint([\s\S]*?)\n3\. /.exec(file('README.md')) ?? [];
    const named = [...step.matchAll(/`([a-z_.]+(?:\.\*)?)`/g)].map(([, name = '']) => name);
    const covers = (name: string) => (type: string) =>
      name.endsWith('.*') ? type.startsWith(name.slice(0, -1)) : type === name;
    expect(neededEvents.filter((type) => !named.some((name) => covers(name)(type)))).toEqual([]);
    const families = named.filter((name) => name.endsWith('.*'));
    expect(families.filter((name) => !neededEvents.some(covers(name)))).toEqual([]);
  });
});
