import { z } from 'zod';
import type { ReferenceClaimEvent } from '../../domain/manual-payment/reference-claim.js';
import { parseManualPaymentId } from '../../domain/shared/ids.js';
import { createEventCodec, storedId, storedInstant } from '../shared/event-codec.js';

/** Streams of one reference, amount and date of receipt each; tests/golden-events holds an example of every version. */
export const referenceClaimCodec = createEventCodec<ReferenceClaimEvent>({
  ManualPaymentReferenceClaimed: z
    .strictObject({ at: storedInstant, manualPaymentId: storedId(parseManualPaymentId) })
    .describe(
      'This manual payment is the one with the reference, amount and date; a second one is asked about.',
    ),
});
