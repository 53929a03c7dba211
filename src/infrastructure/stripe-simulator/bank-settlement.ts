import { bookCharge, note } from './balance-transactions.js';
import { chargeOf, outcomeObject, updateCharge } from './charges.js';
import { emit } from './events.js';
import { changeIntent } from './payment-intent-object.js';
import { stateOf } from './payment-methods.js';
import type { PaymentIntent } from './resources.js';
import type { World } from './world.js';

/** Ends a processing payment. Without an explicit outcome the method's own behaviour decides. */
export function settleProcessing(
  world: World,
  intent: PaymentIntent,
  forced: 'succeed' | 'fail' | null,
  failureCode?: string,
): PaymentIntent {
  const charge = chargeOf(world, intent.latest_charge ?? '');
  const method = world.store.get('payment_method', intent.payment_method ?? '');
  if (method === undefined) throw new Error(`The store lost the method of ${intent.id}`);
  const { behaviour } = stateOf(world, method);
  const fails = forced === null ? behaviour.settlement?.outcome === 'fails' : forced === 'fail';
  if (!fails) {
    const paid = changeIntent(world, intent, { status: 'succeeded', amount_received: intent.amount });
    note(world, 'charge_captured', charge, null);
    const balance = bookCharge(world, charge, charge.amount, behaviour.funds).id;
    updateCharge(
      world,
      null,
      charge,
      {
        status: 'succeeded',
        paid: true,
        balance_transaction: balance,
        outcome: outcomeObject(behaviour, null),
      },
      'charge.succeeded',
    );
    emit(world, null, 'payment_intent.succeeded', paid);
    return paid;
  }
  const code = failureCode ?? (behaviour.settlement?.failureCode || 'generic_could_not_process');
  const message = `The customer's bank refused the debit (${code}).`;
  const lost = updateCharge(
    world,
    null,
    charge,
    {
      status: 'failed',
      paid: false,
      captured: false,
      amount_captured: 0,
      failure_code: code,
      failure_message: message,
    },
    'charge.failed',
  );
  note(world, 'charge_failed', lost, null);
  const failed = changeIntent(world, intent, {
    status: 'requires_payment_method',
    payment_method: null,
    last_payment_error: { type: 'card_error', charge: lost.id, code, message, payment_method: method },
  });
  emit(world, null, 'payment_intent.payment_failed', failed);
  return failed;
}
