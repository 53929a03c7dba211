import type { CollectionHandler } from '../../../../application/collection/collection-runner.js';
import { declineWords } from '../../../../application/notification/decline-words.js';
import type { PaymentOperations } from '../../../../application/payment/payment-operations.js';
import type { Clock } from '../../../../application/ports/clock.js';
import type { PaymentGateway } from '../../../../application/ports/payment-gateway.js';
import type { CollectionState, ExistingCollection } from '../../../../domain/collection/state.js';
import type { IssuedInvoice } from '../../../../domain/invoice/state.js';
import { claimOn } from '../../../../domain/invoice/state.js';
import type { ExistingPayment, PaymentState } from '../../../../domain/payment/state.js';
import type { CollectionId } from '../../../../domain/shared/ids.js';
import { millisBetween } from '../../../../domain/shared/instant.js';
import { cardPaymentsOf } from '../../collection/card-payments.js';

/** How it stands with paying an open invoice. */
export type PayState =
  /** Nothing is under way; `problem` says in plain words what became of the last try. */
  | { readonly kind: 'ready'; readonly problem: string | null }
  /** The bank wants to hear from whoever pays. */
  | {
      readonly kind: 'bank';
      readonly collectionId: CollectionId;
      readonly intentId: string;
      readonly clientSecret: string | null;
      readonly bankUrl: string | null;
    }
  /** Whether it went through is not known yet. */
  | { readonly kind: 'waiting' };

/** So long a page tells of a try that came to nothing. */
const toldForMs = 60 * 60_000;
const nothingTaken = 'Nothing was taken.';
export const dueChanged = `What is due has changed. Look at it again before you pay. ${nothingTaken}`;

export function createPayState(parts: {
  readonly collections: Pick<CollectionHandler, 'load'>;
  readonly payments: Pick<PaymentOperations, 'load'>;
  readonly gateway: Pick<PaymentGateway, 'fetchAction'>;
  readonly clock: Clock;
}) {
  const { collections, payments, gateway, clock } = parts;

  async function payStateOf(invoice: IssuedInvoice): Promise<PayState> {
    const claim = claimOn(invoice);
    if (claim !== undefined) return underWay(claim.collectionId);
    const last = invoice.collections.at(-1);
    return { kind: 'ready', problem: last === undefined ? null : await problemOf(last.collectionId) };
  }

  async function underWay(collectionId: CollectionId): Promise<PayState> {
    const { state } = await collections.load(collectionId);
    const payment = await cardPaymentOf(state);
    if (payment?.state.status !== 'requires_action') return { kind: 'waiting' };
    const { intentId } = payment.state.attempts;
    if (intentId === null) return { kind: 'waiting' };
    const action = await gateway.fetchAction(intentId, payment.revision);
    const { clientSecret = null, redirectUrl: bankUrl = null } = action ?? {};
    return { kind: 'bank', collectionId, intentId, clientSecret, bankUrl };
  }

  async function problemOf(collectionId: CollectionId): Promise<string | null> {
    const { state } = await collections.load(collectionId);
    if (state.status !== 'failed' || millisBetween(state.changedAt, clock.now()) > toldForMs) return null;
    return whyNot(state);
  }

  /** Why a collection came to nothing, for whoever pays. */
  async function whyNot(collection: ExistingCollection): Promise<string> {
    const refusal =
      collection.status === 'failed' || collection.status === 'undoing' ? collection.refusal : null;
    if (refusal?.code === 'canceled_by_payer') return `The payment was called off. ${nothingTaken}`;
    if (refusal?.code === 'collection_expired')
      return `The last try was not finished in time. ${nothingTaken}`;
    if (refusal?.code === 'invoice_due_changed') return dueChanged;
    const payment = await cardPaymentOf(collection);
    const decline = payment === undefined ? null : lastDeclineOf(payment.state);
    const code = decline === null ? (refusal?.code ?? '') : (decline.declineCode ?? decline.code);
    return `The payment did not go through. ${declineWords(code, 'en')} ${nothingTaken}`;
  }

  /** There is one card at most on this page. */
  async function cardPaymentOf(collection: CollectionState) {
    const [first] = await cardPaymentsOf(payments, collection);
    return first;
  }

  return { payStateOf, whyNot };
}

function lastDeclineOf(state: PaymentState): ExistingPayment['attempts']['lastDecline'] {
  return state.status === 'absent' ? null : state.attempts.lastDecline;
}
