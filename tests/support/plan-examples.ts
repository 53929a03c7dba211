import type { PlanCommandOf } from '../../src/domain/plan/commands.js';
import type { PlanDetails } from '../../src/domain/plan/events.js';
import type { CivilDate } from '../../src/domain/shared/civil-date.js';
import { parseCivilDate } from '../../src/domain/shared/civil-date.js';
import type { Decimal } from '../../src/domain/shared/decimal.js';
import { parseDecimal } from '../../src/domain/shared/decimal.js';
import type { CollectionId } from '../../src/domain/shared/ids.js';
import {
  parseCollectionId,
  parseCustomerId,
  parseInvoiceId,
  parseOrderId,
  parsePlanId,
} from '../../src/domain/shared/ids.js';
import type { Money } from '../../src/domain/shared/money.js';
import type { PlanTerms } from '../../src/domain/shared/plan-terms.js';
import { at, required, usd } from './payment-examples.js';

/** Short ways to write a plan's history in a test. */
export const date = (text: string): CivilDate => required(parseCivilDate(text));
export const percent = (text: string): Decimal => required(parseDecimal(text, 12));
const uuid = (n: number): string => `0193f1a0-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

const planId = required(parsePlanId(`plan_${uuid(1)}`));
export const orderId = required(parseOrderId(`ord_${uuid(2)}`));
export const invoiceId = required(parseInvoiceId(`inv_${uuid(3)}`));
export const customerId = required(parseCustomerId(`cus_${uuid(4)}`));
export const collectionId = (n: number): CollectionId =>
  required(parseCollectionId(`col_${uuid(0x100 + n)}`));

export const approvedOn = date('2026-11-30');

export function planDetails(terms: PlanTerms): PlanDetails {
  return { planId, invoiceId, orderId, customerId, terms, approvedOn, zone: 'Europe/Paris' };
}

export function startPlan(terms: PlanTerms, total: Money): PlanCommandOf<'StartPlan'> {
  return { type: 'StartPlan', at, details: planDetails(terms), total };
}

export function settle(
  applicationId: string,
  amount: Money | number,
  today: CivilDate = approvedOn,
  part: number | null = null,
): PlanCommandOf<'SettleParts'> {
  const money = typeof amount === 'number' ? usd(amount) : amount;
  return { type: 'SettleParts', at, applicationId, amount: money, part, today };
}
