import { emit, previousAttributes } from './events.js';
import type { ListObject } from './listing.js';
import { listPage } from './listing.js';
import type { MethodState } from './method-behaviour.js';
import { billingDetails, methodFromParameters, methodFromTestId } from './method-objects.js';
import { hash, integer, mergedMetadata, requiredText, text } from './parameter-access.js';
import type { Customer, PaymentMethod } from './resources.js';
import { invalidRequest, resourceMissing, StripeFault } from './stripe-fault.js';
import type { Call, Cause, World } from './world.js';

/** The payment method an id means: an existing one, or a fresh copy of a test method. */
export function methodNamed(
  world: World,
  id: string,
  where: 'url' | 'parameter' = 'parameter',
): PaymentMethod {
  const known = world.store.get('payment_method', id) ?? methodFromTestId(world, id);
  if (known === null || known === undefined) {
    throw resourceMissing('PaymentMethod', id, 'payment_method', where);
  }
  return known;
}

/** The hidden state of a payment method. */
export function stateOf(world: World, method: PaymentMethod): MethodState {
  const state = world.store.get('method_state', method.id);
  if (state === undefined) throw new Error(`The store lost the state of ${method.id}`);
  return state;
}

/** A customer that a parameter names; deleted customers cannot be used. */
export function customerNamed(world: World, id: string, where: 'url' | 'parameter' = 'parameter'): Customer {
  const customer = world.store.get('customer', id);
  if (customer === undefined || customer.deleted === true) {
    throw resourceMissing('customer', id, where === 'url' ? 'id' : 'customer', where);
  }
  return customer;
}

/** Gives a payment method to a customer, or throws the card error with which Stripe refuses it. */
export function attachTo(
  world: World,
  cause: Cause,
  method: PaymentMethod,
  customer: Customer,
): PaymentMethod {
  if (method.customer === customer.id) return method;
  if (method.customer !== null) {
    throw invalidRequest('The payment method you provided has already been attached to a customer.', {
      code: 'payment_method_unexpected_state',
    });
  }
  const state = stateOf(world, method);
  if (state.consumed) throw alreadyUsed();
  const refusal = state.behaviour.decline;
  if (refusal !== null && !state.behaviour.attachable) {
    throw new StripeFault(402, {
      type: 'card_error',
      code: refusal.code,
      decline_code: refusal.declineCode,
      message: refusal.message,
      param: refusal.param,
    });
  }
  const attached = world.store.put('payment_method', { ...method, customer: customer.id });
  emit(world, cause, 'payment_method.attached', attached);
  return attached;
}

/** The refusal of a method that was used up or detached. */
export function alreadyUsed(): StripeFault {
  return invalidRequest(
    'The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared ' +
      'with a connected account without Customer attachment, or was detached from a Customer. It may not be ' +
      'used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.',
    { code: 'payment_method_unexpected_state', param: 'payment_method' },
  );
}

export function createMethod(world: World, call: Call): PaymentMethod {
  return methodFromParameters(world, call.params, '');
}

export function retrieveMethod(world: World, call: Call): PaymentMethod {
  return methodNamed(world, call.id, 'url');
}

export function changeMethod(world: World, call: Call): PaymentMethod {
  const before = methodNamed(world, call.id, 'url');
  const details = hash(call.params, 'billing_details');
  const card = hash(call.params, 'card');
  const own = before['card'];
  const redisplay = text(call.params, 'allow_redisplay');
  const next = world.store.put('payment_method', {
    ...before,
    metadata: mergedMetadata(before.metadata, call.params),
    billing_details: billingDetails(before.billing_details, details),
    ...(redisplay === undefined ? {} : { allow_redisplay: redisplay }),
    ...(card && typeof own === 'object' && own !== null
      ? {
          card: {
            ...own,
            ...(integer(card, 'exp_month') === undefined ? {} : { exp_month: integer(card, 'exp_month') }),
            ...(integer(card, 'exp_year') === undefined ? {} : { exp_year: integer(card, 'exp_year') }),
          },
        }
      : {}),
  } as PaymentMethod);
  if (next.customer !== null) {
    emit(world, call, 'payment_method.updated', next, previousAttributes(before, next));
  }
  return next;
}

export function attachMethod(world: World, call: Call): PaymentMethod {
  const customer = customerNamed(world, requiredText(call.params, 'customer'));
  return attachTo(world, call, methodNamed(world, call.id, 'url'), customer);
}

export function detachMethod(world: World, call: Call): PaymentMethod {
  const before = methodNamed(world, call.id, 'url');
  if (before.customer === null) {
    throw invalidRequest(
      'The payment method you provided is not attached to a customer so detachment is impossible.',
      { code: 'payment_method_unexpected_state' },
    );
  }
  return detach(world, call, before);
}

/** Takes a payment method away from its customer; Stripe never lets it be used again. */
export function detach(world: World, cause: Cause, before: PaymentMethod): PaymentMethod {
  const next = world.store.put('payment_method', { ...before, customer: null });
  world.store.put('method_state', { ...stateOf(world, before), consumed: true });
  emit(world, cause, 'payment_method.detached', next, { customer: before.customer });
  return next;
}

/** The card network tells Stripe of a replaced card, and Stripe changes the method by itself. */
export function renewCard(
  world: World,
  before: PaymentMethod,
  change: { readonly exp_month?: number; readonly exp_year?: number; readonly last4?: string },
): PaymentMethod {
  const card = before['card'];
  const next = world.store.put('payment_method', {
    ...before,
    card: { ...(typeof card === 'object' && card !== null ? card : {}), ...change },
  } as PaymentMethod);
  emit(world, null, 'payment_method.automatically_updated', next, previousAttributes(before, next));
  return next;
}

export function listMethods(world: World, call: Call): ListObject {
  const type = text(call.params, 'type');
  const customer = text(call.params, 'customer') ?? (call.id === '' ? undefined : call.id);
  if (customer !== undefined) customerNamed(world, customer, call.id === '' ? 'parameter' : 'url');
  return listPage(world, 'payment_method', call, {
    // Stripe lists only methods that belong to somebody; without a customer the list is empty.
    by: ['customer', customer ?? ''],
    test: (method) => type === undefined || method.type === type,
  });
}

export function retrieveCustomerMethod(world: World, call: Call): PaymentMethod {
  customerNamed(world, call.id, 'url');
  const method = world.store.get('payment_method', call.subId);
  if (method === undefined || method.customer !== call.id) {
    throw resourceMissing('PaymentMethod', call.subId, 'payment_method', 'url');
  }
  return method;
}
