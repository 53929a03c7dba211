import { z } from 'zod';
import { blocks, lineColumns } from '../../domain/invoice-template/content.js';
import type { InvoiceTemplateEvent } from '../../domain/invoice-template/invoice-template.js';
import { parseInvoiceTemplateId } from '../../domain/shared/ids.js';
import { createEventCodec, storedId, storedInstant } from '../shared/event-codec.js';

/** What a template's facts look like in the store; tests/golden-events holds an example of every version. */
export const invoiceTemplateCodec = createEventCodec<InvoiceTemplateEvent>({
  InvoiceTemplateDefined: z
    .strictObject({
      at: storedInstant,
      templateId: storedId(parseInvoiceTemplateId),
      version: z.int().positive(),
      name: z.string(),
      paper: z.enum(['A4', 'LETTER']),
      columns: z.array(z.enum(lineColumns)),
      blocks: z.array(z.enum(blocks)),
      texts: z.record(
        z.string(),
        z.strictObject({ intro: z.string().nullable(), closing: z.string().nullable() }),
      ),
      labels: z.record(z.string(), z.record(z.string(), z.string())),
    })
    .describe('How invoices of this template are laid out from now on; issued ones keep their version.'),
});
