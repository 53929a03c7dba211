import { impossible } from '../shared/corrupt-stream.js';
import type { Decider } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import type { ManualPaymentId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';

/**
 * One reference, amount and date of receipt: whoever records a manual payment claims them first, so that one cheque is
 * not recorded twice by two people at once. Each combination has a stream of its own.
 */
export type ReferenceClaimState = { readonly claims: readonly ManualPaymentId[] };

export type ReferenceClaimCommand = {
  readonly type: 'ClaimReference';
  readonly at: Instant;
  readonly manualPaymentId: ManualPaymentId;
  /** Somebody has looked, and it is another payment with the same reference. */
  readonly allowDuplicate: boolean;
};

export type ReferenceClaimEvent = {
  readonly type: 'ManualPaymentReferenceClaimed';
  readonly at: Instant;
  readonly manualPaymentId: ManualPaymentId;
};

export type ReferenceClaimRejection = {
  readonly code: 'possible_duplicate';
  readonly of: readonly ManualPaymentId[];
};

export const referenceClaim: Decider<
  ReferenceClaimState,
  ReferenceClaimCommand,
  ReferenceClaimEvent,
  ReferenceClaimRejection
> = {
  initialState: { claims: [] },
  decide({ claims }, { at, manualPaymentId, allowDuplicate }) {
    if (claims.includes(manualPaymentId)) return nothingToDo;
    if (claims.length > 0 && !allowDuplicate) return rejected({ code: 'possible_duplicate', of: claims });
    return accepted({ type: 'ManualPaymentReferenceClaimed', at, manualPaymentId });
  },
  evolve({ claims }, event) {
    if (claims.includes(event.manualPaymentId)) return impossible('claimed', event.type);
    return { claims: [...claims, event.manualPaymentId] };
  },
};
