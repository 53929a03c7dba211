import { z } from 'zod';
import type { ExposureEvent } from '../../domain/exposure/exposure.js';
import { parsePlanId } from '../../domain/shared/ids.js';
import { createEventCodec, storedId, storedInstant, storedMoney } from '../shared/event-codec.js';

const planId = storedId(parsePlanId);

/** Streams of one customer each; tests/golden-events holds an example of every version. */
export const exposureCodec = createEventCodec<ExposureEvent>({
  ExposureTaken: z
    .strictObject({ at: storedInstant, planId, amount: storedMoney })
    .describe('The customer may come to owe this much on a plan, within the credit limit of its terms.'),
  ExposureReleased: z
    .strictObject({ at: storedInstant, planId })
    .describe('Nothing is owed on that plan any more, or it was never started.'),
});
