import { z } from 'zod';
import { parseZone } from '../../../application/shared/zones.js';
import { optionalNotices, orderedMethodKinds } from '../../../domain/customer/profile.js';
import { parseTaxId, taxIdTypes } from '../../../domain/customer/tax-ids.js';
import { parseCountry } from '../../../domain/shared/countries.js';
import { currencyField, metadataField, reading, textField } from '../shared/fields.js';

/** What a profile is made of, as requests carry it. */

const nameField = textField(200);

const emailField = z
  .email({ error: 'An e-mail address such as ada@example.com is expected.' })
  .max(254)
  .meta({ examples: ['ada@example.com'] });

/** People write spaces, dashes and brackets; E.164 knows a plus sign and digits. */
const phoneField = reading<string>(
  (input) => {
    const plain = typeof input === 'string' && input.length <= 40 ? input.replace(/[ ()./-]/g, '') : '';
    return /^\+[1-9]\d{6,14}$/.test(plain)
      ? { value: plain }
      : {
          code: 'phone_malformed',
          message: 'A number with its country code is expected, such as +4915112345678.',
        };
  },
  { type: 'string', examples: ['+4915112345678'], description: 'E.164.' },
);

const countryField = reading(
  (input) => {
    const country = typeof input === 'string' ? parseCountry(input) : undefined;
    return country === undefined
      ? {
          code: 'country_unknown',
          message: 'A country is a two-letter ISO 3166-1 code in upper case, such as DE.',
        }
      : { value: country };
  },
  { type: 'string', pattern: '^[A-Z]{2}$', examples: ['DE'] },
);

/** Canonical spelling, of languages that this program can write dates and amounts in. */
export const localeField = reading<string>(
  (input) => {
    const locale = typeof input === 'string' && input.length <= 35 ? knownLocale(input) : undefined;
    return locale === undefined
      ? { code: 'locale_unknown', message: 'A locale is a BCP 47 tag of a known language, such as de-AT.' }
      : { value: locale };
  },
  { type: 'string', examples: ['de-AT'], description: 'BCP 47.' },
);

export function knownLocale(text: string): string | undefined {
  try {
    const [canonical] = Intl.getCanonicalLocales(text);
    return canonical === undefined ? undefined : Intl.DateTimeFormat.supportedLocalesOf(canonical)[0];
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const timeZoneField = reading<string>(
  (input) => {
    const zone = typeof input === 'string' ? parseZone(input) : undefined;
    return zone === undefined
      ? {
          code: 'time_zone_unknown',
          message: 'A time zone is a name of the IANA database, such as Europe/Vienna.',
        }
      : { value: zone };
  },
  { type: 'string', examples: ['Europe/Vienna'] },
);

const addressPart = (max: number) => textField(max).nullable().default(null);

export const addressField = z
  .strictObject({
    line1: addressPart(200),
    line2: addressPart(200),
    city: addressPart(100),
    state: addressPart(100),
    postal_code: addressPart(20),
    country: countryField,
  })
  .transform(({ postal_code: postalCode, ...rest }) => ({ ...rest, postalCode }));

const taxIdField = z
  .strictObject({ type: z.enum(taxIdTypes), value: z.string().min(1).max(40) })
  .transform(({ type, value }, context) => {
    const taxId = parseTaxId(type, value);
    if (taxId !== undefined) return taxId;
    const message = `A number of the kind ${type} does not look like this.`;
    const params = { code: 'tax_id_malformed' };
    context.issues.push({ code: 'custom', message, params, path: ['value'], input: value });
    return z.NEVER;
  });

export const taxIdsField = z
  .array(taxIdField)
  .max(10)
  .refine((all) => new Set(all.map(({ type, value }) => `${type} ${value}`)).size === all.length, {
    error: 'A tax id is given twice.',
  });

const currenciesField = z
  .array(currencyField)
  .max(20)
  .refine((all) => new Set(all).size === all.length, { error: 'A currency is given twice.' });

const noticesOffField = z
  .array(z.enum(optionalNotices))
  .max(optionalNotices.length)
  .refine((all) => new Set(all).size === all.length, { error: 'A notice is given twice.' })
  .meta({ description: 'Mails that the customer does without; those about their money are always sent.' });

const methodOrderField = z
  .array(z.enum(orderedMethodKinds))
  .max(orderedMethodKinds.length)
  .refine((all) => new Set(all).size === all.length, { error: 'A kind of payment method is given twice.' })
  .meta({
    description:
      'Kinds of payment methods, the first choice first: so they are offered, and a plan charges the first that is saved. ' +
      'Without one of these kinds it is the default payment method.',
  });

/** Each field of a profile, where it is given; null empties one. */
export const profileFields = {
  name: nameField.nullable().optional(),
  email: emailField.nullable().optional(),
  phone: phoneField.nullable().optional(),
  billing_address: addressField.nullable().optional(),
  tax_ids: taxIdsField.optional(),
  locale: localeField.nullable().optional(),
  time_zone: timeZoneField.nullable().optional(),
  currencies: currenciesField.optional(),
  notices_off: noticesOffField.optional(),
  payment_method_order: methodOrderField.optional(),
  metadata: metadataField.optional(),
};

export const preferencesFields = {
  locale: localeField.nullable().default(null),
  time_zone: timeZoneField.nullable().default(null),
  currencies: currenciesField.default([]),
  notices_off: noticesOffField.default([]),
  payment_method_order: methodOrderField.default([]),
};
