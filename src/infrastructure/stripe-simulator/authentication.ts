import { emit } from './events.js';
import { attemptPayment } from './payment-attempts.js';
import { changeIntent } from './payment-intent-object.js';
import type { PaymentIntent } from './resources.js';
import type { World } from './world.js';

/**
 * Ends the authentication of an intent that requires action. A success continues the attempt, which the
 * issuer may still decline; a failure sends the intent back to ask for another method.
 */
export function completeAction(
  world: World,
  intent: PaymentIntent,
  outcome: 'succeed' | 'fail',
): PaymentIntent {
  const waiting = world.store.get('attempt', intent.id);
  const method = world.store.get('payment_method', intent.payment_method ?? '');
  if (method === undefined) throw new Error(`The store lost the method of ${intent.id}`);
  if (outcome === 'fail') {
    world.store.remove('attempt', intent.id);
    const failed = changeIntent(world, intent, {
      status: 'requires_payment_method',
      payment_method: null,
      next_action: null,
      last_payment_error: {
        type: 'invalid_request_error',
        code: 'payment_intent_authentication_failure',
        doc_url: 'https://stripe.com/docs/error-codes/payment-intent-authentication-failure',
        message:
          'The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new ' +
          'PaymentMethod to attempt to fulfill this PaymentIntent again.',
        payment_method: method,
      },
    });
    emit(world, null, 'payment_intent.payment_failed', failed);
    return failed;
  }
  const context = {
    authenticated: true,
    offSession: waiting?.off_session ?? false,
    returnUrl: waiting?.return_url ?? null,
    errorOnAction: false,
    forcedDecline: null,
  };
  if (intent.confirmation_method === 'manual') {
    world.store.put('attempt', {
      id: intent.id,
      authenticated: true,
      off_session: context.offSession,
      return_url: context.returnUrl,
    });
    return changeIntent(world, intent, { status: 'requires_confirmation', next_action: null });
  }
  return attemptPayment(world, null, intent, method, context).intent;
}
