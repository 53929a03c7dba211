import { bookDispute, bookDisputeReturn } from './balance-transactions.js';
import { chargeOf, updateCharge } from './charges.js';
import { emit, previousAttributes } from './events.js';
import type { JsonObject } from './json.js';
import type { Charge, Dispute } from './resources.js';
import { resourceMissing } from './stripe-fault.js';
import type { Call, World } from './world.js';

/** Stripe gives a week or more; the exact time is the card network's. */
const EVIDENCE_SECONDS = 9 * 24 * 3600;

const EVIDENCE = [
  'access_activity_log',
  'billing_address',
  'cancellation_policy',
  'cancellation_policy_disclosure',
  'cancellation_rebuttal',
  'customer_communication',
  'customer_email_address',
  'customer_name',
  'customer_purchase_ip',
  'customer_signature',
  'duplicate_charge_documentation',
  'duplicate_charge_explanation',
  'duplicate_charge_id',
  'product_description',
  'receipt',
  'refund_policy',
  'refund_policy_disclosure',
  'refund_refusal_explanation',
  'service_date',
  'service_documentation',
  'shipping_address',
  'shipping_carrier',
  'shipping_date',
  'shipping_documentation',
  'shipping_tracking_number',
  'uncategorized_file',
  'uncategorized_text',
] as const;

/** The customer's bank asks about a charge, or takes it back: a dispute takes its amount of the balance at once, with a fee. */
export function openDispute(
  world: World,
  charge: Charge,
  {
    amount,
    reason,
    inquiry,
  }: { readonly amount: number; readonly reason: string; readonly inquiry: boolean },
): Dispute {
  const created = world.clock.nowSeconds();
  const type = charge.payment_method_details.type;
  const draft: Dispute = {
    id: world.ids.mint('dp_1'),
    object: 'dispute',
    amount,
    balance_transactions: [],
    charge: charge.id,
    created,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: { ...Object.fromEntries(EVIDENCE.map((name) => [name, null])), enhanced_evidence: {} },
    evidence_details: {
      due_by: created + EVIDENCE_SECONDS,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
    },
    intended_submission_method: null,
    is_charge_refundable: inquiry,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    payment_method_details: { type },
    reason,
    status: inquiry ? 'warning_needs_response' : 'needs_response',
  };
  const dispute = world.store.put('dispute', draft);
  updateCharge(world, null, charge, { disputed: true }, 'charge.updated');
  emit(world, null, 'charge.dispute.created', dispute);
  return inquiry ? dispute : withdraw(world, dispute);
}

/** An inquiry that becomes a dispute. */
export function escalateDispute(world: World, before: Dispute): Dispute {
  const after = replace(world, before, { status: 'needs_response', is_charge_refundable: false });
  emit(world, null, 'charge.dispute.updated', after, previousAttributes(before, after));
  return withdraw(world, after);
}

/** Evidence is handed in, and the bank looks at it. */
export function answerDispute(world: World, before: Dispute): Dispute {
  const inquiry = before.status === 'warning_needs_response';
  const after = replace(world, before, { status: inquiry ? 'warning_under_review' : 'under_review' });
  emit(world, null, 'charge.dispute.updated', after, previousAttributes(before, after));
  return after;
}

/** The bank decides; of a dispute that is won the amount comes back, and the fee does not. */
export function closeDispute(
  world: World,
  before: Dispute,
  status: Extract<Dispute['status'], 'won' | 'lost' | 'warning_closed'>,
): Dispute {
  const after = replace(world, before, { status, is_charge_refundable: status !== 'lost' });
  emit(world, null, 'charge.dispute.closed', after, previousAttributes(before, after));
  if (status !== 'won') return after;
  const booking = bookDisputeReturn(world, chargeOf(world, after.charge), after);
  const returned = replace(world, after, { balance_transactions: [...after.balance_transactions, booking] });
  emit(world, null, 'charge.dispute.funds_reinstated', returned);
  return returned;
}

export function retrieveDispute(world: World, call: Call): Dispute {
  const dispute = world.store.get('dispute', call.id);
  if (dispute === undefined) throw resourceMissing('dispute', call.id, 'dispute', 'url');
  return dispute;
}

/** Whether a dispute keeps a charge from being refunded. */
export function blocksRefunds(world: World, charge: Charge): boolean {
  const disputes = [...world.store.newestFirst('dispute', ['charge', charge.id])];
  return disputes.some((dispute) => dispute['is_charge_refundable'] === false);
}

function withdraw(world: World, before: Dispute): Dispute {
  const booking = bookDispute(world, chargeOf(world, before.charge), before);
  const after = replace(world, before, { balance_transactions: [...before.balance_transactions, booking] });
  emit(world, null, 'charge.dispute.funds_withdrawn', after);
  return after;
}

function replace(world: World, before: Dispute, patch: JsonObject): Dispute {
  return world.store.put('dispute', { ...before, ...patch } as Dispute);
}
