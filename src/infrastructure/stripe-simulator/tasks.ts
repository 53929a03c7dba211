import { settleProcessing } from './bank-settlement.js';
import { cancel } from './payment-intents.js';
import { succeedRefund, undoRefund } from './refunds.js';
import type { Task } from './store.js';
import type { World } from './world.js';

/** Carries out one plan whose time has come. A plan that something else overtook does nothing. */
export function runTask(world: World, task: Task): void {
  world.store.remove('task', task.id);
  if (task.kind === 'fail_refund' || task.kind === 'succeed_refund') {
    const refund = world.store.get('refund', task.subject);
    if (refund === undefined) return;
    if (task.kind === 'fail_refund') {
      if (refund.status === 'succeeded' || refund.status === 'pending')
        undoRefund(world, null, refund, 'failed');
    } else if (refund.status === 'pending') {
      succeedRefund(world, null, refund);
    }
    return;
  }
  const intent = world.store.get('payment_intent', task.subject);
  if (intent === undefined) return;
  if (task.kind === 'settle_payment') {
    if (intent.status === 'processing') settleProcessing(world, intent, null);
  } else if (intent.status === 'requires_capture') {
    cancel(world, null, intent, 'automatic');
  }
}
