import type { IssuedInvoice } from '../../domain/invoice/state.js';
import { leftOf, payableOf } from '../../domain/invoice/state.js';
import type { ExistingPlan, Part, PlanState } from '../../domain/plan/state.js';
import { inOrderOfPaying, isAskedFor, outstanding, outstandingOf } from '../../domain/plan/state.js';
import type { Money } from '../../domain/shared/money.js';
import { add, isPositive, smaller, subtract, sum, zero } from '../../domain/shared/money.js';

/** What an invoice that is paid in parts asks for now. */
export type AskedNow = {
  readonly amount: Money;
  /** In the order in which they are paid. */
  readonly parts: readonly Part[];
  /** False where nothing is due yet, and the part is the next one. */
  readonly isDue: boolean;
};

/**
 * Money that was set against the invoice and that its plan has not heard of yet: a policy tells it, a moment later. Until
 * then its parts look open that are paid.
 */
export function unheardOf(plan: ExistingPlan, invoice: IssuedInvoice): Money {
  const heard = new Set(plan.settlements.map(({ applicationId }) => applicationId));
  const news = invoice.applications.filter(({ applicationId }) => !heard.has(applicationId));
  const { currency } = plan.total;
  const told = sum(currency, news.map(leftOf));
  // A plan that began with what was left of its invoice never hears of what was paid before.
  const ahead = subtract(outstanding(plan), payableOf(invoice));
  if (!isPositive(ahead)) return zero(currency);
  return smaller(told, ahead);
}

/** What is due and what was missed, or else the next part; null where the invoice is not paid in parts, or not any more. */
export function askedNow(plan: PlanState, invoice: IssuedInvoice): AskedNow | null {
  if (plan.status !== 'active' && plan.status !== 'defaulted') return null;
  let paid = unheardOf(plan, invoice);
  const open: { readonly part: Part; readonly left: Money }[] = [];
  for (const part of inOrderOfPaying(plan)) {
    const share = smaller(paid, outstandingOf(part));
    paid = subtract(paid, share);
    const left = subtract(outstandingOf(part), share);
    if (isPositive(left)) open.push({ part, left });
  }
  const due = open.filter(({ part }) => isAskedFor(part));
  const asked = due.length > 0 ? due : open.slice(0, 1);
  if (asked.length === 0) return null;
  const amount = asked.map(({ left }) => left).reduce(add);
  return {
    amount: smaller(amount, payableOf(invoice)),
    parts: asked.map(({ part }) => part),
    isDue: due.length > 0,
  };
}
