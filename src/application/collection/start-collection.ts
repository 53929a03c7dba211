import type { ArrangedLegs, WantedTender } from '../../domain/collection/arrange-legs.js';
import { arrangeLegs } from '../../domain/collection/arrange-legs.js';
import type { CollectionDetails, CollectionMode, LegTender } from '../../domain/collection/events.js';
import type { CollectionState } from '../../domain/collection/state.js';
import { available } from '../../domain/credit/grant.js';
import type { CreditState } from '../../domain/credit/state.js';
import { claimOn, payableOf } from '../../domain/invoice/state.js';
import { unappliedOf } from '../../domain/manual-payment/state.js';
import { valuesOf } from '../../domain/shared/id-index.js';
import type { CollectionId, CustomerId, InvoiceId, ManualPaymentId } from '../../domain/shared/ids.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { Money } from '../../domain/shared/money.js';
import { compare, equals, money, sum, zero } from '../../domain/shared/money.js';
import type { CreditHandler } from '../credit/credit-agenda.js';
import type { InvoiceHandler } from '../invoice/invoice-operations.js';
import type { ManualPaymentHandler } from '../manual-payment/record-manual-payment.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { PaymentGateway } from '../ports/payment-gateway.js';
import type { Loaded } from '../shared/command-handler.js';
import { later } from '../webhook/retry-schedule.js';
import { collectionIdOf, holdIdOfLeg, paymentIdOfLeg } from './collection-ids.js';
import type { CollectionHandler, CollectionRunner } from './collection-runner.js';

/** A tender as somebody asks for it; `amount`, in minor units of the invoice's currency, is null for as much as there is, or all that is left. */
export type AskedTender =
  | { readonly kind: 'credit'; readonly amount: bigint | null }
  | {
      readonly kind: 'card';
      readonly paymentMethod: string;
      readonly offSession: boolean;
      readonly amount: bigint | null;
    }
  | { readonly kind: 'manual'; readonly manualPaymentId: ManualPaymentId; readonly amount: bigint | null };

type CollectionRequest = {
  readonly invoiceId: InvoiceId;
  readonly planPart: CollectionDetails['planPart'];
  /** Minor units of the invoice's currency; null for all that is due. */
  readonly amount: bigint | null;
  /** What could still be paid when the amount was chosen, where it follows from that: nothing is collected once it is another. */
  readonly due?: Money;
  readonly mode: CollectionMode;
  readonly tenders: readonly AskedTender[];
};

export type StartedCollection =
  | { readonly outcome: 'started'; readonly loaded: Loaded<CollectionState> }
  | { readonly outcome: 'invoice_not_found' }
  | { readonly outcome: 'invoice_not_open'; readonly status: string }
  | { readonly outcome: 'invoice_already_being_collected'; readonly collectionId: CollectionId }
  | { readonly outcome: 'payment_exceeds_due'; readonly due: Money }
  | { readonly outcome: 'invoice_due_changed'; readonly due: Money }
  /** The provider would not charge a card with its part. */
  | { readonly outcome: 'card_amount_refused'; readonly code: string; readonly message: string }
  | Exclude<ArrangedLegs, { readonly outcome: 'arranged' }>;

/** Who must still act, such as with 3-D Secure, has a day for it; what a person verifies by hand has a month. */
const answerWithinMs = 24 * 3_600_000;
const verifyWithinMs = 30 * 24 * 3_600_000;

/** Starts to collect an amount of an invoice and takes it as far as it goes. */
export type StartCollection = (
  request: CollectionRequest,
  metadata: EventMetadata,
) => Promise<StartedCollection>;

export function createStartCollection(parts: {
  readonly handler: CollectionHandler;
  readonly runner: CollectionRunner;
  readonly invoices: Pick<InvoiceHandler, 'load'>;
  readonly credits: CreditHandler;
  readonly manualPayments: ManualPaymentHandler;
  readonly gateway: Pick<PaymentGateway, 'refuseAmount' | 'stepOf'>;
  readonly clock: Clock;
}): StartCollection {
  const { handler, runner, invoices, credits, manualPayments, gateway, clock } = parts;

  return async ({ invoiceId, planPart, mode, tenders, ...request }, metadata) => {
    const collectionId = collectionIdOf(metadata.commandId);
    const known = await handler.load(collectionId);
    // A repeated request goes on with what the first one started, whatever there would be to share out now.
    if (known.state.status !== 'absent') return started(await runner.advance(collectionId, metadata));
    // Refused here where it can be, so that nothing is begun for what cannot be.
    const { state: invoice } = await invoices.load(invoiceId);
    if (invoice.status === 'absent') return { outcome: 'invoice_not_found' };
    if (invoice.status !== 'open') return { outcome: 'invoice_not_open', status: invoice.status };
    const { customerId, currency } = invoice.details;
    const claim = claimOn(invoice);
    if (claim !== undefined) {
      return { outcome: 'invoice_already_being_collected', collectionId: claim.collectionId };
    }
    const due = payableOf(invoice);
    if (request.due !== undefined && !equals(request.due, due))
      return { outcome: 'invoice_due_changed', due };
    const amount = request.amount === null ? due : money(request.amount, currency);
    if (compare(amount, due) > 0) return { outcome: 'payment_exceeds_due', due };
    const captures = mode === 'all_or_nothing' && tenders.length > 1 ? 'manual' : 'automatic';
    const wanted = await Promise.all(
      tenders.map(
        async (asked, index): Promise<WantedTender> => ({
          tender: tenderOf(asked, index + 1),
          amount: asked.amount === null ? null : money(asked.amount, currency),
          available: await availableOf(asked, customerId, amount),
          step: asked.kind === 'card' ? gateway.stepOf(currency) : 1n,
        }),
      ),
    );
    const arranged = arrangeLegs(amount, wanted, mode);
    if (arranged.outcome !== 'arranged') return arranged;
    for (const leg of arranged.legs) {
      const refusal = leg.tender.kind === 'card' ? gateway.refuseAmount(leg.amount, 'charge') : null;
      if (refusal !== null) return { outcome: 'card_amount_refused', ...refusal };
    }
    const at = clock.now();
    const withinMs = tenders.some(({ kind }) => kind === 'manual') ? verifyWithinMs : answerWithinMs;
    const details: CollectionDetails = {
      ...{ collectionId, invoiceId, customerId, planPart, mode },
      amount: arranged.amount,
      ...(request.due === undefined ? {} : { due: request.due }),
      legs: arranged.legs,
      expiresAt: later(at, withinMs),
    };
    await handler.handle(collectionId, { type: 'StartCollection', at, details }, metadata);
    return started(await runner.advance(collectionId, metadata));

    function tenderOf(asked: AskedTender, number: number): LegTender {
      switch (asked.kind) {
        case 'credit':
          return { kind: 'credit', holdId: holdIdOfLeg(collectionId, number) };
        case 'manual':
          return { kind: 'manual', manualPaymentId: asked.manualPaymentId };
        case 'card': {
          const { paymentMethod, offSession } = asked;
          const paymentId = paymentIdOfLeg(collectionId, number);
          return { kind: 'card', paymentId, paymentMethod, offSession, capture: captures };
        }
      }
    }
  };

  /** Null where only trying tells. */
  async function availableOf(
    asked: AskedTender,
    customerId: CustomerId,
    amount: Money,
  ): Promise<Money | null> {
    switch (asked.kind) {
      case 'card':
        return null;
      case 'credit':
        return spendable((await credits.load(customerId)).state, amount, clock.now());
      case 'manual': {
        const { state } = await manualPayments.load(asked.manualPaymentId);
        if (state.status === 'absent') return null;
        if (state.status !== 'verified') return state.details.amount;
        return unappliedOf(state);
      }
    }
  }
}

/** What a customer's credit can pay at an instant, in the currency of an amount. */
export function spendable(state: CreditState, { currency }: Pick<Money, 'currency'>, at: Instant): Money {
  if (state.status === 'absent') return zero(currency);
  const grants = [...valuesOf(state.grants)].filter(({ details }) => details.amount.currency === currency);
  return sum(
    currency,
    grants.map((grant) => available(grant, at)),
  );
}

function started(loaded: Loaded<CollectionState>): StartedCollection {
  return { outcome: 'started', loaded };
}
