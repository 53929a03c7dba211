import type { Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import type { Instant } from '../shared/instant.js';
import type { CustomerCommandOf, MethodSnapshot } from './commands.js';
import type { CustomerEvent } from './events.js';
import type { CustomerRejection } from './rejections.js';
import type { RegisteredCustomer, SavedMethod } from './state.js';

type CustomerDecision = Decision<CustomerEvent, CustomerRejection>;

export function chooseDefault(
  state: RegisteredCustomer,
  { at, paymentMethodId }: CustomerCommandOf<'ChooseDefaultPaymentMethod'>,
): CustomerDecision {
  const method = state.methods.find((saved) => saved.paymentMethodId === paymentMethodId);
  if (method === undefined) return rejected({ code: 'payment_method_not_found' });
  if (state.defaultMethodId === paymentMethodId) return nothingToDo;
  if (method.status === 'removing') return rejected({ code: 'payment_method_removal_in_progress' });
  return accepted({ type: 'DefaultPaymentMethodChosen', at, paymentMethodId });
}

export function requestRemoval(
  state: RegisteredCustomer,
  { at, paymentMethodId }: CustomerCommandOf<'RequestPaymentMethodRemoval'>,
): CustomerDecision {
  if (state.removedMethodIds.includes(paymentMethodId)) return nothingToDo;
  const method = state.methods.find((saved) => saved.paymentMethodId === paymentMethodId);
  if (method === undefined) return rejected({ code: 'payment_method_not_found' });
  if (method.status === 'removing') return nothingToDo;
  const others = state.methods.filter((saved) => saved !== method && saved.status === 'active');
  if (others.length === 0 && state.planIds.length > 0) {
    return rejected({ code: 'last_payment_method_of_active_plan' });
  }
  return accepted({ type: 'PaymentMethodRemovalRequested', at, paymentMethodId });
}

export function recordRemovalRefused(
  state: RegisteredCustomer,
  { at, paymentMethodId, refusal }: CustomerCommandOf<'RecordRemovalRefused'>,
): CustomerDecision {
  const asked = state.methods.some(
    (saved) => saved.paymentMethodId === paymentMethodId && saved.status === 'removing',
  );
  return asked
    ? accepted({ type: 'PaymentMethodRemovalRefused', at, paymentMethodId, ...refusal })
    : nothingToDo;
}

/**
 * The active methods as they are to be offered: those of the kinds that the customer would rather pay by, the first choice first, and
 * then all others. Among those of one kind, and among the others, the default leads.
 */
export function inPreferredOrder(
  state: RegisteredCustomer,
  methodOrder: readonly string[],
): readonly SavedMethod[] {
  const rankOf = ({ kind, paymentMethodId }: SavedMethod): number => {
    const place = methodOrder.indexOf(kind);
    return (
      2 * (place === -1 ? methodOrder.length : place) + (paymentMethodId === state.defaultMethodId ? 0 : 1)
    );
  };
  return state.methods.filter(({ status }) => status === 'active').sort((a, b) => rankOf(a) - rankOf(b));
}

/**
 * What is charged while the customer is not there, by the provider's id: the default, unless a method of a kind that the customer would
 * rather pay by is saved; null where nothing is.
 */
export function methodToCharge(state: RegisteredCustomer, methodOrder: readonly string[]): string | null {
  const [first] = inPreferredOrder(state, methodOrder);
  const isWished = first !== undefined && methodOrder.includes(first.kind);
  return isWished ? first.paymentMethodId : state.defaultMethodId;
}

/** What is new in what the provider says of a method; nothing of one that was never this customer's. */
export function observeMethod(
  state: RegisteredCustomer,
  snapshot: MethodSnapshot,
  at: Instant,
): readonly CustomerEvent[] {
  const { paymentMethodId, providerCustomerId, kind, detailsId } = snapshot;
  const known = state.methods.find((saved) => saved.paymentMethodId === paymentMethodId);
  const ours = state.provider.status === 'linked' && state.provider.providerCustomerId === providerCustomerId;
  if (!ours) return known === undefined ? [] : removal(state, paymentMethodId, at);
  if (known !== undefined) {
    if (known.detailsId === detailsId) return [];
    return [{ type: 'PaymentMethodRenewed', at, paymentMethodId, detailsId }];
  }
  // Old news: no removed method can come back.
  if (state.removedMethodIds.includes(paymentMethodId)) return [];
  const added: CustomerEvent = { type: 'PaymentMethodAdded', at, paymentMethodId, kind, detailsId };
  return state.defaultMethodId === null
    ? [added, { type: 'DefaultPaymentMethodChosen', at, paymentMethodId }]
    : [added];
}

/** The method that came last takes the place of a default that goes. */
function removal(state: RegisteredCustomer, paymentMethodId: string, at: Instant): readonly CustomerEvent[] {
  const method = state.methods.find((saved) => saved.paymentMethodId === paymentMethodId);
  const cause = method?.status === 'removing' ? 'requested' : 'provider';
  const removed: CustomerEvent = { type: 'PaymentMethodRemoved', at, paymentMethodId, cause };
  const others = state.methods.filter((saved) => saved !== method);
  const next = others.findLast((saved) => saved.status === 'active') ?? others.at(-1);
  if (state.defaultMethodId !== paymentMethodId || next === undefined) return [removed];
  return [removed, { type: 'DefaultPaymentMethodChosen', at, paymentMethodId: next.paymentMethodId }];
}
