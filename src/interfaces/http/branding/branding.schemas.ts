import { z } from 'zod';
import { logoBytesMax } from '../../../application/ports/logos.js';
import type { Colour } from '../../../domain/branding/content.js';
import { parseInvoiceTemplateId } from '../../../domain/shared/ids.js';
import { localeField } from '../customer/customer-fields.js';
import { idField, integer, reading, textField, timestamp } from '../shared/fields.js';

const texts = (most: number, length: number) => z.array(textField(length)).max(most).default([]);

const accentField = reading<Colour>(
  (input) =>
    typeof input === 'string' && /^#[0-9a-f]{6}$/i.test(input)
      ? { value: `#${input.slice(1).toLowerCase()}` }
      : { code: 'colour_malformed', message: 'A colour is # and six hexadecimal digits, such as #1f3a5f.' },
  { type: 'string', pattern: '^#[0-9A-Fa-f]{6}$', examples: ['#1f3a5f'] },
);

/** Base64 by RFC 4648, without spaces and line breaks. */
const picturePattern = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const pictureField = reading<Buffer>(
  (input) => {
    if (typeof input !== 'string' || input === '' || !picturePattern.test(input)) {
      return { code: 'base64_malformed', message: 'The bytes of a PNG or a JPEG in base64 are expected.' };
    }
    return { value: Buffer.from(input, 'base64') };
  },
  {
    type: 'string',
    contentEncoding: 'base64',
    description: `A PNG or a JPEG of at most ${logoBytesMax} bytes.`,
  },
);

const logoField = z
  .strictObject({
    data: pictureField.optional(),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
  })
  .refine(({ data, sha256 }) => (data === undefined) !== (sha256 === undefined), {
    error: 'Give a picture, or the digest of one that is kept already.',
  })
  .meta({ description: 'A picture, or the digest of one that is kept already.' });

/** Base64 takes four bytes for three; the rest is for everything else. */
export const brandingBytesMax = Math.ceil(logoBytesMax / 3) * 4 + 64 * 1024;

export const defineBrandingBody = z
  .strictObject({
    seller: z
      .strictObject({
        name: textField(200).nullable().default(null),
        address: texts(6, 200),
        tax_ids: texts(4, 60),
        contact: texts(4, 200),
      })
      .prefault({}),
    logo: logoField.nullable().default(null),
    accent: accentField.default('#1f3a5f'),
    footer: texts(5, 200),
    locale: localeField.default('en'),
    invoice_template: idField(parseInvoiceTemplateId, 'itpl').nullable().default(null),
  })
  .meta({ id: 'DefineBranding' });

const wholeText = z.string().regex(/^[1-9]\d{0,8}$/, { error: 'A whole number from 1 on is expected.' });
export const versionField = wholeText.transform(Number).meta({ type: 'integer', minimum: 1 });

export const brandingQuery = z.strictObject({ version: versionField.optional() });

export const brandingSchema = z
  .object({
    object: z.literal('branding'),
    version: z.int().meta({ description: '0 until somebody defined one.' }),
    seller: z.object({
      name: z.string().nullable(),
      address: z.array(z.string()),
      tax_ids: z.array(z.string()),
      contact: z.array(z.string()),
    }),
    logo: z
      .object({ sha256: z.string(), media_type: z.string(), width: z.int(), height: z.int() })
      .nullable(),
    accent: z.string(),
    footer: z.array(z.string()),
    locale: z.string(),
    invoice_template: z.string().nullable(),
    revision: integer('Revision of the last event; also the ETag.').nullable(),
    livemode: z.boolean(),
    defined_at: timestamp.nullable(),
  })
  .meta({ id: 'Branding' });
