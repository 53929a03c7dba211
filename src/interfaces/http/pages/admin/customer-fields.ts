import { z } from 'zod';
import { taxIdTypes } from '../../../../domain/customer/tax-ids.js';
import type { customerOfState } from '../../customer/customer-object.js';
import { textField } from '../../shared/fields.js';
import { refused } from '../../shared/problem.js';
import type { ActionField } from './record-page.js';

type Customer = ReturnType<typeof customerOfState>;

const perhaps = textField(200).optional();

/** As the API's own schemas take them, which say what is wrong. */
export const customerBody = {
  ...{ name: perhaps, email: textField(254).optional(), phone: perhaps },
  ...{
    line1: perhaps,
    line2: perhaps,
    postal_code: perhaps,
    city: perhaps,
    state: perhaps,
    country: perhaps,
  },
  ...{ tax_ids: z.string().max(1_000).optional(), locale: perhaps, time_zone: perhaps },
};
type Typed = z.output<z.ZodObject<typeof customerBody>>;

/** What is known of a customer, to be written over; nothing of one who is new. */
export function customerFields(customer: Customer | null): readonly ActionField[] {
  const address = customer?.billing_address;
  const taxIds = customer?.tax_ids.map(({ type, value }) => `${type} ${value}`).join('\n');
  const of = (
    name: string,
    label: string,
    value: string | null | undefined,
    more: Partial<ActionField> = {},
  ) => ({
    ...{ name, label, optional: true as const, ...more },
    ...(value === null || value === undefined ? {} : { value }),
  });
  return [
    of('name', 'Name', customer?.name),
    of('email', 'E-mail address', customer?.email),
    of('phone', 'Phone', customer?.phone, { hint: 'With its country code: +43...' }),
    of('line1', 'Street', address?.line1),
    of('line2', 'Second line', address?.line2),
    of('postal_code', 'Postal code', address?.postal_code),
    of('city', 'City', address?.city),
    of('state', 'State', address?.state),
    of('country', 'Country', address?.country, { hint: 'Its code, such as AT; an address needs one' }),
    of('tax_ids', 'Tax ids, one a line', taxIds, {
      ...{
        type: 'lines',
        hint: `Kind and number, such as eu_vat ATU12345675. Kinds: ${taxIdTypes.join(', ')}`,
      },
    }),
    of('locale', 'Language', customer?.locale, { hint: 'Such as de-AT' }),
    of('time_zone', 'Time zone', customer?.time_zone, { hint: 'Such as Europe/Vienna' }),
  ];
}

/** A field that is left empty is emptied. */
export function profileOf(typed: Typed): Readonly<Record<string, unknown>> {
  const { line1, line2, postal_code, city, state, country, tax_ids: taxIds = '', ...plain } = typed;
  const parts = { line1, line2, postal_code, city, state, country };
  const given = Object.entries(parts).filter(([, value]) => value !== undefined);
  return {
    ...{ name: null, email: null, phone: null, locale: null, time_zone: null },
    ...Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined)),
    billing_address: given.length === 0 ? null : Object.fromEntries(given),
    tax_ids: taxIds.split('\n').flatMap((line) => (line.trim() === '' ? [] : [taxIdOf(line.trim())])),
  };
}

/** @throws Refused */
function taxIdOf(line: string) {
  const [, type, value] = /^(\S+)\s+(\S.*)$/.exec(line) ?? [];
  if (type !== undefined && value !== undefined) return { type, value };
  throw refused('invalid_request', {
    detail: `"${line}" is not a kind and a number, such as eu_vat ATU12345675.`,
  });
}
