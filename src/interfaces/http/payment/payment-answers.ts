import type { HandledPayment } from '../../../application/payment/payment-effects.js';
import type { PaymentGateway } from '../../../application/ports/payment-gateway.js';
import type { PaymentRow } from '../../../application/ports/read-models.js';
import type { Loaded } from '../../../application/shared/command-handler.js';
import type { ExistingPayment, PaymentState } from '../../../domain/payment/state.js';
import type { Money } from '../../../domain/shared/money.js';
import { acceptedBy } from '../shared/handled.js';
import { refused } from '../shared/problem.js';
import type { Answer } from '../shared/route.js';
import { lastErrorOf, paymentOfState } from './payment-object.js';
import { problemOfPaymentRejection } from './payment-problems.js';

export type ExistingLoaded = { readonly state: ExistingPayment; readonly revision: bigint };

/** @throws Refused for a payment that there is none of */
export function existing({ state, revision }: Loaded<PaymentState>, param?: string): ExistingLoaded {
  if (state.status !== 'absent' && revision !== null) return { state, revision };
  throw refused('resource_missing', {
    detail: 'There is no such payment.',
    ...(param === undefined ? {} : { param }),
  });
}

/** The payment after its command was decided. @throws Refused */
export function accepted(handled: HandledPayment): ExistingLoaded {
  return existing(acceptedBy(handled, problemOfPaymentRejection));
}

/** Refuses an amount that the provider would not take, before anything is recorded. @throws Refused */
export function checkAmount(gateway: PaymentGateway, amount: Money, operation: 'charge' | 'refund'): void {
  const refusal = gateway.refuseAmount(amount, operation);
  if (refusal !== null) {
    throw refused('amount_refused', { detail: refusal.message, code: refusal.code, param: 'amount' });
  }
}

/** Answers with payments as they are in the aggregate. */
export function createPaymentAnswers(gateway: PaymentGateway, livemode: boolean) {
  async function show({ state, revision }: ExistingLoaded) {
    const { intentId } = state.attempts;
    const waits = state.status === 'requires_action' && intentId !== null;
    const action = waits ? await gateway.fetchAction(intentId, revision) : null;
    return paymentOfState(state, revision, livemode, action);
  }

  async function answer(status: number, payment: ExistingLoaded): Promise<Answer> {
    return { status, body: await show(payment), etag: `"${payment.revision}"` };
  }

  /** What came of an attempt: a decline or a refusal is told as a problem, with the payment in it. @throws Refused */
  async function attempted(status: number, payment: ExistingLoaded): Promise<Answer> {
    const { state } = payment;
    if (state.status === 'confirming') return answer(202, payment);
    const error = lastErrorOf(state);
    const declined = state.status === 'requires_payment_method' || state.status === 'failed';
    if (!declined || error === null) return answer(status, payment);
    throw refused(wasRefused(state) ? 'provider_refused' : 'payment_declined', {
      detail: wantsCustomer(error) ? `${error.message} ${withCustomer}` : error.message,
      code: error.code,
      members: {
        ...(wantsCustomer(error) ? { advice: 'confirm_with_customer_present' } : {}),
        decline_code: error.decline_code,
        message: error.message,
        id: state.details.paymentId,
        payment: await show(payment),
      },
    });
  }

  /** @throws Refused always: the provider said no to a request that the payment's own rules allowed */
  async function notCarriedOut(what: string, payment: ExistingLoaded): Promise<never> {
    throw refused('provider_refused', {
      detail: `The provider did not ${what}; the timeline tells why.`,
      members: { id: payment.state.details.paymentId, payment: await show(payment) },
    });
  }

  return { show, answer, attempted, notCarriedOut };
}

/** The last attempt did not go through, and it was somebody's card or bank that said no. */
function wasDeclined(state: PaymentState): boolean {
  return (
    state.status === 'requires_payment_method' && state.attempts.lastDecline !== null && !wasRefused(state)
  );
}

const withCustomer =
  'Ask the customer back, and confirm the payment again with the same payment method and without off_session.';

/** The same of a payment that was given up after its decline, as a leg of a collection is. */
export function endedDeclined(state: PaymentState): boolean {
  if (state.status !== 'canceled') return wasDeclined(state);
  const { lastDecline } = state.attempts;
  return lastDecline !== null && (lastDecline.declineCode !== null || lastDecline.chargeId !== null);
}

/** The bank would pay if the customer authenticated, which nobody can do while the customer is away. */
function wantsCustomer({ code, decline_code: declineCode }: NonNullable<PaymentRow['last_error']>): boolean {
  return code === 'authentication_required' || declineCode === 'authentication_required';
}

/** The provider did not even try, as with a payment method that does not exist: nobody declined anything. */
function wasRefused(state: PaymentState): boolean {
  if (state.status === 'failed') return true;
  if (state.status !== 'requires_payment_method') return false;
  const { lastDecline } = state.attempts;
  return lastDecline !== null && lastDecline.declineCode === null && lastDecline.chargeId === null;
}
