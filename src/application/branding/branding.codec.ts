import { z } from 'zod';
import type { BrandingEvent } from '../../domain/branding/branding.js';
import type { Colour } from '../../domain/branding/content.js';
import { parseInvoiceTemplateId } from '../../domain/shared/ids.js';
import { createEventCodec, storedId, storedInstant } from '../shared/event-codec.js';

const texts = z.array(z.string());

/** What facts about the look of documents are in the store; tests/golden-events holds an example of every version. */
export const brandingCodec = createEventCodec<BrandingEvent>({
  BrandingDefined: z
    .strictObject({
      at: storedInstant,
      version: z.int().positive(),
      seller: z.strictObject({ name: z.string().nullable(), address: texts, taxIds: texts, contact: texts }),
      logo: z
        .strictObject({
          sha256: z.string().regex(/^[0-9a-f]{64}$/),
          mediaType: z.enum(['image/png', 'image/jpeg']),
          width: z.int().positive(),
          height: z.int().positive(),
        })
        .nullable(),
      accent: z.custom<Colour>((value) => typeof value === 'string' && /^#[0-9a-f]{6}$/.test(value)),
      footer: texts,
      locale: z.string(),
      invoiceTemplate: storedId(parseInvoiceTemplateId).nullable(),
    })
    .describe(
      'What documents look like from now on, and who sends them. Those that are issued already keep the version that they were issued with. The bytes of the logo stand apart, under their digest.',
    ),
});
