import { z } from 'zod';
import type { DisputeSnapshot } from '../../domain/payment/intent.js';
import type { Instant } from '../../domain/shared/instant.js';
import { parseInstant } from '../../domain/shared/instant.js';
import { fromStripeAmount } from './stripe-amounts.js';
import type { Reading } from './stripe-snapshots.js';
import { balanceOf, balanceTransaction, idOrObject, malformed, unreadable } from './stripe-snapshots.js';

/** Stripe's statuses in our words. Those of an appeal against a lost dispute are not followed: a person has to look. */
const statuses = {
  warning_needs_response: 'inquiry',
  warning_under_review: 'inquiry_under_review',
  warning_closed: 'inquiry_closed',
  needs_response: 'needs_response',
  under_review: 'under_review',
  won: 'won',
  lost: 'lost',
  prevented: 'prevented',
} as const satisfies Record<string, DisputeSnapshot['status']>;

const dispute = z.object({
  id: z.string(),
  object: z.literal('dispute'),
  livemode: z.boolean(),
  status: z.string(),
  amount: z.int().positive(),
  currency: z.string(),
  reason: z.string(),
  payment_intent: idOrObject.nullish(),
  evidence_details: z.object({ due_by: z.int().positive().nullish() }).nullish(),
  balance_transactions: z.array(balanceTransaction),
});

/** Reads a dispute as the API and the webhooks show it. */
export function readDispute(object: unknown, livemode: boolean): Reading<DisputeSnapshot> {
  const parsed = dispute.safeParse(object);
  if (!parsed.success) return malformed('dispute', parsed.error);
  const { id, currency, payment_intent: intentId, reason, evidence_details: evidence } = parsed.data;
  if (parsed.data.livemode !== livemode) {
    return unreadable(`dispute ${id} has livemode ${parsed.data.livemode}`);
  }
  if (intentId === null || intentId === undefined) return unreadable(`dispute ${id} is of no payment intent`);
  if (!isFollowed(parsed.data.status)) {
    return unreadable(`dispute ${id} is ${parsed.data.status}, which is not followed here`);
  }
  const amount = fromStripeAmount(parsed.data.amount, currency);
  const movements = parsed.data.balance_transactions.map(balanceOf).filter((entry) => entry !== null);
  if (amount === undefined || movements.length < parsed.data.balance_transactions.length) {
    return unreadable(`dispute ${id} has an amount that we have no unit for`);
  }
  return {
    outcome: 'read',
    value: {
      providerDisputeId: id,
      intentId,
      status: statuses[parsed.data.status],
      amount,
      reason,
      evidenceDueBy: instantOf(evidence?.due_by ?? null),
      movements,
    },
  };
}

function isFollowed(status: string): status is keyof typeof statuses {
  return Object.hasOwn(statuses, status);
}

function instantOf(seconds: number | null): Instant | null {
  return seconds === null ? null : (parseInstant(new Date(seconds * 1_000).toISOString()) ?? null);
}
