import { z } from 'zod';
import type { AlertEvent } from '../../domain/alert/alert.js';
import { alertNews } from '../../domain/alert/alert.js';
import { alertRuleNames } from '../../domain/alert/alert-rules.js';
import { parseAlertId } from '../../domain/shared/ids.js';
import { createEventCodec, storedId, storedInstant } from '../shared/event-codec.js';

const at = storedInstant;
const rule = z.enum(alertRuleNames);
const alertId = storedId(parseAlertId);
const measured = { value: z.int(), sample: z.int().nonnegative() };

/** Streams of one rule each; tests/golden-events holds an example of every version. */
export const alertCodec = createEventCodec<AlertEvent>({
  AlertOpened: z
    .strictObject({ at, rule, alertId, ...measured, threshold: z.int() })
    .describe('What a rule watches went beyond its threshold, in a sample that was large enough.'),
  AlertAcknowledged: z
    .strictObject({ at, rule, alertId })
    .describe('Somebody has taken notice of an open alert.'),
  AlertClosed: z
    .strictObject({ at, rule, alertId, ...measured, cause: z.enum(['recovered', 'rule_disabled']) })
    .describe('An alert is over: it has recovered, or nobody wants to be alerted of it any more.'),
  AlertRuleChanged: z
    .strictObject({
      at,
      rule,
      setting: z.strictObject({
        enabled: z.boolean(),
        openAt: z.int(),
        closeAt: z.int(),
        windowMinutes: z.int().positive(),
        minimumSample: z.int().nonnegative(),
      }),
    })
    .describe('An operator gave a rule other thresholds.'),
  AlertTold: z
    .strictObject({ at, rule, alertId, news: z.enum(alertNews) })
    .describe('The operators were told by mail that an alert opened or closed.'),
});
