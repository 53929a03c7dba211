import { z } from 'zod';
import type { LimitEvent } from '../../domain/limit/limit.js';
import { limitKinds } from '../../domain/limit/limit.js';
import { createEventCodec, storedInstant } from '../shared/event-codec.js';

const at = storedInstant;

/** What a limit's facts look like in the store; tests/golden-events holds an example of every version. */
export const limitCodec = createEventCodec<LimitEvent>({
  PenaltyImposed: z
    .strictObject({
      at,
      kind: z.enum(limitKinds),
      subject: z.string().nullable(),
      strike: z.int().positive(),
      penaltySeconds: z.int().positive(),
    })
    .describe(
      'Somebody went too far beyond a limit and is refused for so long. `subject` is the id of an API key or a customer, and null for an address, of which only a digest is kept, in the name of the stream.',
    ),
  PenaltyPardoned: z
    .strictObject({ at })
    .describe('An operator ended the penalty early, and its strikes are forgotten.'),
});
