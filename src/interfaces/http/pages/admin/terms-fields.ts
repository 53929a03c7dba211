import { z } from 'zod';
import { textField } from '../../shared/fields.js';
import { typedWhole } from './form-fields.js';
import type { ActionField } from './record-page.js';

const timings = ['standard', 'deposit', 'net', 'installments', 'manual'] as const;

/** The five payment timings as a form asks for them; finer ones are the API's. */
export const termsFields: readonly ActionField[] = [
  { name: 'timing', label: 'When it is paid', options: timings },
  { name: 'percentage', label: 'Deposit in percent', hint: 'Of a deposit, such as 30', optional: true },
  {
    name: 'days',
    label: 'Days',
    hint: 'Of net terms; until the rest after a deposit, 30 if not said',
    optional: true,
  },
  { name: 'count', label: 'Installments', hint: 'How many', optional: true },
];

export const termsBody = {
  timing: z.enum(timings),
  percentage: textField(10).optional(),
  days: typedWhole.optional(),
  count: typedWhole.optional(),
};
type TypedTerms = z.output<z.ZodObject<typeof termsBody>>;

/** Payment terms as the API takes them; it says itself what is missing or too much. */
export function termsOf({ timing, percentage, days, count }: TypedTerms): Readonly<Record<string, unknown>> {
  switch (timing) {
    case 'standard':
    case 'manual':
      return { type: timing };
    case 'deposit':
      return {
        type: timing,
        ...(percentage === undefined ? {} : { percentage }),
        balance_due: { kind: 'days_after', days: days ?? 30n },
      };
    case 'net':
      return { type: timing, ...(days === undefined ? {} : { days }) };
    case 'installments':
      return { type: timing, ...(count === undefined ? {} : { count }) };
  }
}
