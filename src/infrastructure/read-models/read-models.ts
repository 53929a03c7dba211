import type { Projection } from '../projections/projection.js';
import { eventLogProjection } from './event-log.js';
import { ledgerProjection } from './ledger.js';
import { paymentsProjection } from './payments.js';
import { pendingEffectsProjection } from './pending-effects.js';
import { refundsProjection } from './refunds.js';

/** Every read model that a process keeps. */
export const projections: readonly Projection[] = [
  paymentsProjection,
  refundsProjection,
  ledgerProjection,
  eventLogProjection,
  pendingEffectsProjection,
];
