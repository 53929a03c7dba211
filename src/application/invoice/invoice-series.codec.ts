import { z } from 'zod';
import type { SeriesEvent } from '../../domain/invoice/number-series.js';
import { parseCreditNoteId, parseInvoiceId } from '../../domain/shared/ids.js';
import { createEventCodec, storedId, storedInstant } from '../shared/event-codec.js';

const sequence = z.codec(z.string().regex(/^[1-9]\d{0,18}$/), z.bigint(), {
  decode: (text) => BigInt(text),
  encode: (value) => value.toString(),
});

export const invoiceSeriesCodec = createEventCodec<SeriesEvent>({
  DocumentNumberAssigned: z
    .strictObject({
      at: storedInstant,
      documentId: z.union([storedId(parseInvoiceId), storedId(parseCreditNoteId)]),
      sequence,
      number: z.string(),
    })
    .describe(
      "The next number of the series belongs to this document; it is the event's place in the stream.",
    ),
});
