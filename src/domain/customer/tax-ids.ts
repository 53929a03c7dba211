/**
 * Numbers under which tax offices know businesses, by Stripe's names for their kinds. Only the shape is checked: whether the
 * office has given a number out is its own to say.
 */
export const taxIdTypes = [
  'eu_vat',
  'gb_vat',
  'us_ein',
  'ch_vat',
  'no_vat',
  'au_abn',
  'ca_bn',
  'ca_gst_hst',
  'nz_gst',
  'in_gst',
  'mx_rfc',
  'sg_gst',
  'za_vat',
] as const;
export type TaxIdType = (typeof taxIdTypes)[number];

/** In one spelling: upper case, without the spaces, dots and dashes that people write for the eye. */
export type TaxId = { readonly type: TaxIdType; readonly value: string };

/**
 * By the two letters that begin the number; Greece writes EL, and XI is Northern Ireland.
 * Source: https://ec.europa.eu/taxation_customs/vies/ (structure of VAT numbers)
 */
const euVat: Readonly<Record<string, RegExp>> = {
  AT: /^U\d{8}$/,
  BE: /^[01]\d{9}$/,
  BG: /^\d{9,10}$/,
  CY: /^\d{8}[A-Z]$/,
  CZ: /^\d{8,10}$/,
  DE: /^\d{9}$/,
  DK: /^\d{8}$/,
  EE: /^\d{9}$/,
  EL: /^\d{9}$/,
  ES: /^([A-Z]\d{7}[A-Z0-9]|\d{8}[A-Z])$/,
  FI: /^\d{8}$/,
  FR: /^[A-HJ-NP-Z0-9]{2}\d{9}$/,
  HR: /^\d{11}$/,
  HU: /^\d{8}$/,
  IE: /^(\d{7}[A-W][A-I]?|\d[A-Z+*]\d{5}[A-W])$/,
  IT: /^\d{11}$/,
  LT: /^(\d{9}|\d{12})$/,
  LU: /^\d{8}$/,
  LV: /^\d{11}$/,
  MT: /^\d{8}$/,
  NL: /^[A-Z0-9+*]{9}B\d{2}$/,
  PL: /^\d{10}$/,
  PT: /^\d{9}$/,
  RO: /^\d{2,10}$/,
  SE: /^\d{12}$/,
  SI: /^\d{8}$/,
  SK: /^\d{10}$/,
  XI: /^(\d{9}|\d{12}|GD[0-4]\d{2}|HA[5-9]\d{2})$/,
};

const shapes: Readonly<Record<Exclude<TaxIdType, 'eu_vat'>, RegExp>> = {
  gb_vat: /^GB(\d{9}|\d{12}|GD[0-4]\d{2}|HA[5-9]\d{2})$/,
  us_ein: /^\d{9}$/,
  ch_vat: /^CHE\d{9}(MWST|TVA|IVA)?$/,
  no_vat: /^\d{9}MVA$/,
  au_abn: /^\d{11}$/,
  ca_bn: /^\d{9}$/,
  ca_gst_hst: /^\d{9}RT\d{4}$/,
  nz_gst: /^\d{8,9}$/,
  in_gst: /^\d{2}[A-Z]{5}\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]$/,
  mx_rfc: /^[A-ZÑ&]{3,4}\d{6}[A-Z0-9]{3}$/,
  sg_gst: /^([MFG]\d{8}[A-Z]|\d{8,9}[A-Z]|[TS]\d{2}[A-Z]{2}\d{4}[A-Z])$/,
  za_vat: /^4\d{9}$/,
};

/** Undefined when no number of that kind can look like this. */
export function parseTaxId(type: TaxIdType, text: string): TaxId | undefined {
  const plain = text.toUpperCase().replace(/[ .-]/g, '');
  const shape = type === 'eu_vat' ? euVat[plain.slice(0, 2)] : shapes[type];
  const checked = type === 'eu_vat' ? plain.slice(2) : plain;
  if (shape === undefined || !shape.test(checked)) return undefined;
  return { type, value: type === 'us_ein' ? `${plain.slice(0, 2)}-${plain.slice(2)}` : plain };
}
