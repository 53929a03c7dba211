import type { SecondPersonRule } from '../../domain/payment/commands.js';
import type { Currency } from '../../domain/shared/currency.js';
import { wholeUnits } from '../../domain/shared/money.js';
import type { Person } from '../../domain/shared/person.js';

/** From how many whole units on (dollars, yen) another person approves a refund; null for never. */
export type RefundThresholds = {
  readonly of: ReadonlyMap<Currency, number>;
  readonly others: number | null;
};

/** Whether a second person may be needed for a refund in this currency; null where none ever is. */
export type RefundRule = (asked: {
  readonly by: Person;
  readonly currency: Currency;
  /** Whether they said why. */
  readonly saysWhy: boolean;
}) => SecondPersonRule | null;

export function createRefundRule({ of, others }: RefundThresholds): RefundRule {
  return ({ by, currency, saysWhy }) => {
    const units = of.get(currency) ?? others;
    return units === null ? null : { by, saysWhy, from: wholeUnits(units, currency) };
  };
}
