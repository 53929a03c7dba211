import type { Country } from '../shared/countries.js';
import type { Currency } from '../shared/currency.js';
import type { ProfileField } from './events.js';
import type { TaxId } from './tax-ids.js';

/** Notices that a customer may do without; the others say what happened to their money, and are always sent. */
export const optionalNotices = ['receipt', 'due_soon', 'card_expiring', 'credit_expiring'] as const;
export type OptionalNotice = (typeof optionalNotices)[number];

/** Kinds of payment methods that a customer may put in an order, by the provider's names. */
export const orderedMethodKinds = ['card', 'us_bank_account', 'sepa_debit'] as const;
export type OrderedMethodKind = (typeof orderedMethodKinds)[number];

/** What a person would recognise a customer by. It is never part of a fact: facts name the record that holds it. */
export type CustomerProfile = {
  readonly name: string | null;
  readonly email: string | null;
  /** E.164: `+4915112345678`. */
  readonly phone: string | null;
  readonly billingAddress: Address | null;
  readonly taxIds: readonly TaxId[];
  /** BCP 47, in its canonical spelling: `de-AT`. */
  readonly locale: string | null;
  /** A name of the IANA database: `Europe/Vienna`. */
  readonly timeZone: string | null;
  /** What the customer would rather pay in, the first choice first. */
  readonly currencies: readonly Currency[];
  /** What the customer does not want to be mailed. */
  readonly noticesOff: readonly OptionalNotice[];
  /** The kinds of payment methods that the customer would rather pay by, the first choice first; empty for no such wish. */
  readonly methodOrder: readonly OrderedMethodKind[];
  readonly metadata: Readonly<Record<string, string>>;
};

type Address = {
  readonly line1: string | null;
  readonly line2: string | null;
  readonly city: string | null;
  readonly state: string | null;
  readonly postalCode: string | null;
  readonly country: Country;
};

export const blankProfile: CustomerProfile = {
  name: null,
  email: null,
  phone: null,
  billingAddress: null,
  taxIds: [],
  locale: null,
  timeZone: null,
  currencies: [],
  noticesOff: [],
  methodOrder: [],
  metadata: {},
};

const names: { readonly [K in keyof CustomerProfile]: ProfileField } = {
  name: 'name',
  email: 'email',
  phone: 'phone',
  billingAddress: 'billing_address',
  taxIds: 'tax_ids',
  locale: 'locale',
  timeZone: 'time_zone',
  currencies: 'currencies',
  noticesOff: 'notices_off',
  methodOrder: 'payment_method_order',
  metadata: 'metadata',
};

/** The fields in which two profiles differ. */
export function differingFields(a: CustomerProfile, b: CustomerProfile): readonly ProfileField[] {
  return Object.keys(names).flatMap((key) => {
    const field = key as keyof CustomerProfile;
    return same(a[field], b[field]) ? [] : [names[field]];
  });
}

/** Whether two plain values hold the same, in whatever order their names stand. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))];
  return (
    left.length === right.size && left.every(([key, value]) => right.has(key) && same(value, right.get(key)))
  );
}
