import type { PaymentMethodDetails } from '../../../../application/ports/customer-profiles.js';

/** What a person recognises a payment method by: `Visa ending in 4242, 12/2030`. */
export function cardText(kind: string, details: PaymentMethodDetails | undefined): string {
  const name = capitalized(details?.brand ?? kind.replaceAll('_', ' '));
  if (details?.last4 === undefined || details.last4 === null) return name;
  const { expMonth, expYear } = details;
  const expiry =
    expMonth === null || expYear === null ? '' : `, ${String(expMonth).padStart(2, '0')}/${expYear}`;
  return `${name} ending in ${details.last4}${expiry}`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
