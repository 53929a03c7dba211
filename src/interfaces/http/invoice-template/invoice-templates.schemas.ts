import { z } from 'zod';
import { labelNames } from '../../../application/document/labels.js';
import { blocks, lineColumns, plainTemplate } from '../../../domain/invoice-template/content.js';
import { parseInvoiceTemplateId } from '../../../domain/shared/ids.js';
import { versionField } from '../branding/branding.schemas.js';
import { knownLocale, localeField } from '../customer/customer-fields.js';
import {
  currencyField,
  idField,
  integer,
  listOf,
  oneCursor,
  oneCursorRefusal,
  pageParameters,
  textField,
  timestamp,
} from '../shared/fields.js';

const templateId = idField(parseInvoiceTemplateId, 'itpl');
const localesMax = 20;

/** By the canonical spelling of a locale that this program can write in. */
function byLocale<T extends z.ZodType>(value: T, example: unknown) {
  return z
    .record(z.string().max(35), value)
    .superRefine((given, context) => {
      const names = Object.keys(given);
      for (const name of names.filter((one) => knownLocale(one) !== one)) {
        const message = `${JSON.stringify(name)} is no locale in its usual spelling, such as de-AT.`;
        context.issues.push({
          code: 'custom',
          message,
          path: [name],
          params: { code: 'locale_unknown' },
          input: name,
        });
      }
      if (names.length > localesMax) {
        const message = `At most ${localesMax} locales are kept.`;
        context.issues.push({ code: 'custom', message, path: [], input: given });
      }
    })
    .meta({ examples: [example] });
}

const columns = z.array(z.enum(lineColumns)).max(20);
const blockList = z.array(z.enum(blocks)).max(20);
const texts = byLocale(
  z.strictObject({
    intro: textField(1_000).nullable().default(null),
    closing: textField(1_000).nullable().default(null),
  }),
  { en: { closing: 'Thank you for your business.' } },
);
const labels = byLocale(z.partialRecord(z.enum(labelNames), textField(80)), { en: { tax_id: 'VAT ID' } });
const paper = z.enum(['A4', 'LETTER']);
const name = textField(100);

export const templateParams = z.strictObject({ id: templateId });

export const createTemplateBody = z
  .strictObject({
    name,
    paper: paper.default(plainTemplate.paper),
    columns: columns.default([...plainTemplate.columns]),
    blocks: blockList.default([...plainTemplate.blocks]),
    texts: texts.default({}),
    labels: labels.default({}),
  })
  .meta({ id: 'CreateInvoiceTemplate' });

export const reviseTemplateBody = z
  .strictObject({
    name: name.optional(),
    paper: paper.optional(),
    columns: columns.optional(),
    blocks: blockList.optional(),
    texts: texts.optional(),
    labels: labels.optional(),
  })
  .meta({ id: 'ReviseInvoiceTemplate' });

export const templateQuery = z.strictObject({ version: versionField.optional() });

export const previewQuery = z.strictObject({
  document: z.enum(['invoice', 'credit_note']).default('invoice'),
  locale: localeField.optional(),
  currency: currencyField.default('EUR'),
  version: versionField.optional(),
});

export const listTemplatesQuery = z
  .strictObject(pageParameters(templateId))
  .refine(oneCursor, oneCursorRefusal);

export const templateSchema = z
  .object({
    id: z.string(),
    object: z.literal('invoice_template'),
    version: z.int(),
    name: z.string(),
    paper,
    columns: z.array(z.enum(lineColumns)),
    blocks: z.array(z.enum(blocks)),
    texts: z.record(z.string(), z.object({ intro: z.string().nullable(), closing: z.string().nullable() })),
    labels: z.record(z.string(), z.record(z.string(), z.string())),
    revision: integer('Revision of the last event; also the ETag.'),
    livemode: z.boolean(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'InvoiceTemplate' });

export const templateListSchema = listOf(templateSchema).meta({ id: 'InvoiceTemplateList' });
