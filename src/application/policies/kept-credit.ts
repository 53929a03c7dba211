import type { CreditType } from '../../domain/credit/grant.js';
import type { CreditId, CustomerId } from '../../domain/shared/ids.js';
import { parseCreditId } from '../../domain/shared/ids.js';
import type { Money } from '../../domain/shared/money.js';
import type { CreditHandler } from '../credit/credit-agenda.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import { commandIdOf } from '../shared/event-ids.js';
import { mintedBy } from '../shared/minted-ids.js';
import { mustBeAccepted } from './policy-steps.js';

/** The same priority as of credit for which nobody names one. */
const priority = 100;

/** The credit that a customer's money becomes because of something that happened once. */
export function keptCreditIdOf(cause: string): CreditId {
  return mintedBy(parseCreditId, 'crd', commandIdOf('kept as credit', cause));
}

/** Grants money of the customer's that nothing takes as credit, which never expires; may be repeated. */
export async function grantKeptCredit(
  { credits, clock }: { readonly credits: Pick<CreditHandler, 'handle'>; readonly clock: Clock },
  kept: {
    readonly customerId: CustomerId;
    readonly creditId: CreditId;
    readonly amount: Money;
    readonly grantType: Extract<CreditType, 'prepaid' | 'refund_to_credit'>;
    readonly source: string;
    /** Names what the money came with, such as `{ manual_payment: 'mp_...' }`. */
    readonly metadata: Readonly<Record<string, string>>;
  },
  metadata: EventMetadata,
): Promise<void> {
  const granted = await credits.handle(
    kept.customerId,
    {
      type: 'GrantCredit',
      at: clock.now(),
      details: {
        ...kept,
        description: null,
        priority,
        expiresAt: null,
        lateReturn: { policy: 'breakage' },
        grantedBy: `${metadata.actor.kind}:${metadata.actor.id}`,
      },
    },
    metadata,
  );
  mustBeAccepted(granted, `grant ${kept.creditId}`);
}
