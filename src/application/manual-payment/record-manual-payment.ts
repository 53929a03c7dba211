import { createHash } from 'node:crypto';
import { manualPayment } from '../../domain/manual-payment/manual-payment.js';
import type {
  ManualPaymentCommand,
  ManualPaymentDetails,
  ManualPaymentEvent,
} from '../../domain/manual-payment/messages.js';
import type {
  ReferenceClaimCommand,
  ReferenceClaimEvent,
  ReferenceClaimRejection,
  ReferenceClaimState,
} from '../../domain/manual-payment/reference-claim.js';
import type { ManualPaymentRejection, ManualPaymentState } from '../../domain/manual-payment/state.js';
import type { ManualPaymentId } from '../../domain/shared/ids.js';
import { parseManualPaymentId } from '../../domain/shared/ids.js';
import { wholeUnits } from '../../domain/shared/money.js';
import type { Person } from '../../domain/shared/person.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { CommandHandler, Handled } from '../shared/command-handler.js';
import { commandIdOf } from '../shared/event-ids.js';
import { mintedBy } from '../shared/minted-ids.js';

export type ManualPaymentHandler = CommandHandler<
  ManualPaymentState,
  ManualPaymentCommand,
  ManualPaymentEvent,
  ManualPaymentRejection
>;
export type ReferenceClaimHandler = CommandHandler<
  ReferenceClaimState,
  ReferenceClaimCommand,
  ReferenceClaimEvent,
  ReferenceClaimRejection
>;

export type RecordManualPayment = (
  request: {
    readonly details: ManualPaymentDetails;
    readonly by: Person;
    readonly verify: boolean;
    readonly allowDuplicate: boolean;
  },
  metadata: EventMetadata,
) => Promise<
  | {
      readonly outcome: 'handled';
      readonly handled: Handled<ManualPaymentState, ManualPaymentEvent, ManualPaymentRejection>;
      /** Others with the same reference, amount and date of receipt. */
      readonly possibleDuplicates: readonly ManualPaymentId[];
    }
  | ({ readonly outcome: 'possible_duplicate' } & ReferenceClaimRejection)
>;

/** The id of the manual payment that a command records: the same each time the command is carried out. */
export function manualPaymentIdOf(commandId: string): ManualPaymentId {
  return mintedBy(parseManualPaymentId, 'mp', commandId);
}

/**
 * Records a manual payment after it has claimed its reference. What its own rules refuse claims nothing. Should the process
 * die between the two, the same request finds the claim to be its own.
 */
export function createRecordManualPayment(parts: {
  readonly payments: ManualPaymentHandler;
  readonly claims: ReferenceClaimHandler;
  readonly clock: Clock;
  /** From how many units of its currency on (dollars, yen) a payment needs a second person. */
  readonly secondPersonFromUnits: number;
}): RecordManualPayment {
  const { payments, claims, clock, secondPersonFromUnits } = parts;

  return async ({ details, by, verify, allowDuplicate }, metadata) => {
    const { manualPaymentId, amount } = details;
    const at = clock.now();
    const secondPersonFrom = wholeUnits(secondPersonFromUnits, amount.currency);
    const command = { type: 'RecordManualPayment', at, details, by, verify, secondPersonFrom } as const;
    const decision = manualPayment.decide(manualPayment.initialState, command);
    if (decision.outcome === 'rejected') {
      const handled = { ...decision, state: manualPayment.initialState, revision: null };
      return { outcome: 'handled', handled, possibleDuplicates: [] };
    }
    const claimed = await claims.handle(
      claimIdOf(details),
      { type: 'ClaimReference', at, manualPaymentId, allowDuplicate },
      { ...metadata, commandId: commandIdOf('claim of reference', metadata.commandId) },
    );
    if (claimed.outcome === 'rejected') return { outcome: 'possible_duplicate', ...claimed.rejection };
    const handled = await payments.handle(manualPaymentId, command, metadata);
    const possibleDuplicates = claimed.state.claims.filter((id) => id !== manualPaymentId);
    return { outcome: 'handled', handled, possibleDuplicates };
  };
}

/** However a reference is spaced or written in capitals, it is the same one. */
function claimIdOf({ reference, amount, receivedOn }: ManualPaymentDetails): string {
  const written = reference.normalize('NFKC').toUpperCase().replace(/\s+/g, '');
  const claimed = JSON.stringify([written, amount.minor.toString(), amount.currency, receivedOn]);
  return createHash('sha256').update(claimed).digest('hex');
}
