import { z } from 'zod';
import type { OrderEvent } from '../../domain/order/messages.js';
import type { Currency } from '../../domain/shared/currency.js';
import { parseCurrency } from '../../domain/shared/currency.js';
import { parseCustomerId, parseOrderId } from '../../domain/shared/ids.js';
import { createEventCodec, storedDate, storedId, storedInstant, storedMoney } from '../shared/event-codec.js';
import { storedTerms } from '../shared/stored-terms.js';

const at = storedInstant;

/** What an order's facts look like in the store; tests/golden-events holds an example of every version. */
export const orderCodec = createEventCodec<OrderEvent>({
  OrderOpened: z
    .strictObject({
      at,
      orderId: storedId(parseOrderId),
      customerId: storedId(parseCustomerId),
      currency: z.custom<Currency>((value) => typeof value === 'string' && parseCurrency(value) === value),
      description: z.string().nullable(),
      metadata: z.record(z.string(), z.string()),
    })
    .describe('A customer wants something; what it costs may not be known yet.'),
  OrderTotalSet: z
    .strictObject({ at, total: storedMoney })
    .describe('What the order costs, before its approval.'),
  OrderAnalysisStarted: z
    .strictObject({ at })
    .describe('Its configuration is complete and is being analyzed.'),
  OrderReviewStarted: z.strictObject({ at }).describe('It has been analyzed and waits for approval.'),
  OrderApproved: z
    .strictObject({ at, total: storedMoney, terms: storedTerms, approvedOn: storedDate, zone: z.string() })
    .describe('The total is to be paid under these terms, which count from this date.'),
  OrderTotalAmended: z
    .strictObject({ at, from: storedMoney, to: storedMoney, change: z.int().positive().exactOptional() })
    .describe('A change order after the approval.'),
  OrderPaid: z
    .strictObject({ at, settled: storedMoney })
    .describe('What is settled covers what the terms ask for. This happens once in the life of an order.'),
  OrderWorkStarted: z.strictObject({ at }).describe('Work on it has begun.'),
  OrderCompleted: z.strictObject({ at }).describe('The work is done.'),
  OrderCanceled: z
    .strictObject({ at, settled: storedMoney.nullable() })
    .describe('It will not be carried out; what was settled, if anything, is for others to give back.'),
});
