import type { PlanPartRow, PlanRow } from '../../../application/ports/plan-queries.js';
import type { InvoiceState } from '../../../domain/invoice/state.js';
import { isIssued } from '../../../domain/invoice/state.js';
import { taxesIn } from '../../../domain/invoice/tax-point.js';
import type { ExistingPlan, Part } from '../../../domain/plan/state.js';
import { discountedOf, settledOf } from '../../../domain/plan/state.js';
import { money } from '../../../domain/shared/money.js';
import { termsObject } from './terms-object.js';

/** A plan as the API shows it, from the aggregate and from the read model alike, with its invoice as it is now. */
export function planObject(row: PlanRow, invoice: InvoiceState, livemode: boolean) {
  const taxes = taxesOf(row, invoice);
  return {
    id: row.id,
    object: 'payment_plan' as const,
    status: row.status,
    invoice: row.invoice,
    order: row.order,
    customer: row.customer,
    currency: row.currency,
    total: row.total,
    amount_settled: row.amount_settled,
    amount_discounted: row.amount_discounted,
    amount_outstanding: row.total - row.amount_settled - row.amount_discounted,
    amount_refundable: row.amount_refundable,
    amount_retained: row.amount_retained,
    version: row.version,
    parts: row.parts.map((part, place) => partObject(part, taxes[place] ?? 0n)),
    terms: termsObject(row.terms),
    approved_on: row.approved_on,
    time_zone: row.time_zone,
    released_at: row.released_at,
    paused_on: row.paused_on,
    metadata: {},
    revision: row.revision,
    livemode,
    created_at: row.created_at,
  };
}

/** The tax in each part, in the order in which they fall due. */
function taxesOf({ currency, parts }: PlanRow, invoice: InvoiceState): readonly bigint[] {
  if (!isIssued(invoice) || invoice.details.currency !== currency) return [];
  const asked = parts.map((part) => money(part.amount - part.amount_discounted, invoice.details.currency));
  return taxesIn(invoice, asked).map(({ minor }) => minor);
}

function partObject(part: PlanPartRow, tax: bigint) {
  const outstanding = part.amount - part.amount_settled - part.amount_discounted;
  return {
    ...part,
    amount_tax: tax,
    status: outstanding === 0n ? 'settled' : part.step,
    amount_outstanding: outstanding,
  };
}

export function planRowOf(plan: ExistingPlan, revision: bigint): PlanRow {
  const { details } = plan;
  const isCanceled = plan.status === 'canceled';
  return {
    id: details.planId,
    status: plan.status,
    invoice: details.invoiceId,
    order: details.orderId,
    customer: details.customerId,
    currency: plan.total.currency,
    total: plan.total.minor,
    amount_settled: settledOf(plan).minor,
    amount_discounted: discountedOf(plan).minor,
    amount_refundable: isCanceled ? plan.refundable.minor : null,
    amount_retained: isCanceled ? plan.retained.minor : null,
    version: plan.version,
    terms: details.terms,
    approved_on: details.approvedOn,
    time_zone: details.zone,
    released_at: plan.releasedAt,
    paused_on: plan.pausedOn,
    parts: plan.parts.map(partRowOf),
    revision,
    created_at: plan.startedAt,
  };
}

function partRowOf(part: Part): PlanPartRow {
  return {
    part: part.part,
    amount: part.amount.minor,
    due_on: part.due.kind === 'date' ? part.due.on : null,
    milestone: part.due.kind === 'milestone' ? part.due.name : null,
    collect: part.collect,
    step: part.step,
    amount_settled: part.settled.minor,
    amount_discounted: part.discounted.minor,
    late_fees: part.lateFeesTotal.minor,
    collection: part.collection,
    failed_collections: BigInt(part.failures.length),
  };
}
