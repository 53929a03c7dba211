import { completeAction } from './authentication.js';
import { settleProcessing } from './bank-settlement.js';
import { cardRoute, returnAddress } from './card-page.js';
import type { ControlRequest } from './control-input.js';
import { ControlError, controlBody, flagField, numberField, onlyFields, textField } from './control-input.js';
import { answerDispute, closeDispute, escalateDispute, openDispute } from './disputes.js';
import { htmlAnswer } from './html-page.js';
import type { Answer } from './http-io.js';
import type { JsonObject } from './json.js';
import { renewCard } from './payment-methods.js';
import { holdRefund, succeedRefund, undoRefund } from './refunds.js';
import type { Dispute, PaymentIntent, Refund, SetupIntent } from './resources.js';
import { completeSetup, confirmSetupIntent } from './setup-intents.js';
import type { SimulatorCore } from './simulator-core.js';
import { StripeFault } from './stripe-fault.js';
import { finishedPage, returnLocation, threeDSecurePage } from './three-d-secure-page.js';
import type { Call, World } from './world.js';

/** Control routes about one object: outcomes that Stripe's networks would bring, and the cardholder's page. */
export async function outcomeRoute(core: SimulatorCore, request: ControlRequest): Promise<Answer> {
  const [, , kind = '', id = '', action = ''] = request.path.split('/');
  const route = `${request.method} ${kind}`;
  if (route === 'GET card' || route === 'POST card') return cardRoute(core, request);
  if (route === 'GET 3ds') {
    const returnTo = new URLSearchParams(request.query).get('return_to');
    const back = returnTo === null ? null : returnAddress(returnTo);
    return htmlAnswer(200, threeDSecurePage(intentOf(core, id), back));
  }
  if (route === 'GET receipts') return json(found(core.world.store.get('charge', id), id));
  if (route === 'POST refunds') return json(refundOutcome(core, id, action));
  if (route === 'POST disputes') return json(disputeOutcome(core, id, action));
  if (route === 'POST payment_intents' && action === 'dispute') {
    return json(opened(core, request, intentOf(core, id)));
  }
  if (route === 'POST payment_intents' || route === 'POST setup_intents') {
    return intentOutcome(core, request, intentOf(core, id), action);
  }
  if (route === 'POST payment_methods' && action === 'renew') return json(renewed(core, request, id));
  throw new ControlError(`No control route ${request.method} ${request.path}`, 404);
}

function refundOutcome(core: SimulatorCore, id: string, action: string): Refund {
  const { world } = core;
  const before = found(world.store.get('refund', id), id);
  const open = ['pending', 'requires_action', 'succeeded'].includes(before.status);
  const refuse = (): never => {
    throw new ControlError(`Refund ${id} is ${before.status}; it cannot ${action}`, 409);
  };
  let after: Refund;
  if (action === 'succeed') {
    after =
      before.status === 'pending' || before.status === 'requires_action'
        ? succeedRefund(world, null, before)
        : refuse();
  } else if (action === 'fail') after = open ? undoRefund(world, null, before, 'failed') : refuse();
  else if (action === 'cancel') after = open ? undoRefund(world, null, before, 'canceled') : refuse();
  else if (action === 'require_action')
    after = before.status === 'pending' ? holdRefund(world, before) : refuse();
  else throw new ControlError(`Unknown refund action ${action}`, 404);
  core.commitAndSend();
  return after;
}

/** What the customer's bank does to a charge that was captured. */
function opened(core: SimulatorCore, request: ControlRequest, intent: PaymentIntent | SetupIntent): Dispute {
  const input = controlBody(request.body);
  onlyFields(input, ['amount', 'reason', 'inquiry']);
  const charge = core.world.store.get('charge', String(intent['latest_charge']));
  if (charge === undefined || !charge.captured) {
    throw new ControlError(`${intent.id} has no captured charge`, 409);
  }
  const amount = numberField(input, 'amount') ?? charge.amount_captured;
  if (!Number.isSafeInteger(amount) || amount < 1)
    throw new ControlError('amount must be a positive integer');
  const dispute = openDispute(core.world, charge, {
    amount,
    reason: textField(input, 'reason') ?? 'fraudulent',
    inquiry: flagField(input, 'inquiry') ?? false,
  });
  core.commitAndSend();
  return dispute;
}

function disputeOutcome(core: SimulatorCore, id: string, action: string): Dispute {
  const { world } = core;
  const before = found(world.store.get('dispute', id), id);
  const can = disputeActions[action];
  if (can === undefined) throw new ControlError(`Unknown dispute action ${action}`, 404);
  if (!can.from.includes(before.status)) {
    throw new ControlError(`Dispute ${id} is ${before.status}; it cannot ${action}`, 409);
  }
  const after = can.act(world, before);
  core.commitAndSend();
  return after;
}

const asked: readonly Dispute['status'][] = ['warning_needs_response', 'warning_under_review'];
const disputed: readonly Dispute['status'][] = ['needs_response', 'under_review'];

const disputeActions: Readonly<
  Record<
    string,
    { readonly from: readonly Dispute['status'][]; act(world: World, before: Dispute): Dispute } | undefined
  >
> = {
  escalate: { from: asked, act: escalateDispute },
  answer: { from: ['warning_needs_response', 'needs_response'], act: answerDispute },
  win: { from: disputed, act: (world, before) => closeDispute(world, before, 'won') },
  lose: { from: disputed, act: (world, before) => closeDispute(world, before, 'lost') },
  close: { from: asked, act: (world, before) => closeDispute(world, before, 'warning_closed') },
};

function intentOutcome(
  core: SimulatorCore,
  request: ControlRequest,
  intent: PaymentIntent | SetupIntent,
  action: string,
): Answer {
  if (action === 'complete_action') return completed(core, request, intent);
  if (intent.object === 'setup_intent' && action === 'confirm') return confirmed(core, request, intent);
  if (intent.object !== 'payment_intent') throw new ControlError(`Unknown action ${action}`, 404);
  if (action !== 'settle' && action !== 'fail') throw new ControlError(`Unknown action ${action}`, 404);
  if (action === 'fail' && intent.status === 'requires_action') {
    const failed = completeAction(core.world, intent, 'fail');
    core.commitAndSend();
    return json(failed);
  }
  if (intent.status !== 'processing') {
    throw new ControlError(`${intent.id} is ${intent.status}, not processing`, 409);
  }
  const code = textField(controlBody(request.body), 'code');
  const after = settleProcessing(core.world, intent, action === 'settle' ? 'succeed' : 'fail', code);
  core.commitAndSend();
  return json(after);
}

/** What the customer's browser does with the client secret: it names a payment method. */
function confirmed(core: SimulatorCore, request: ControlRequest, intent: SetupIntent): Answer {
  const method = textField(controlBody(request.body), 'payment_method');
  if (method === undefined) throw new ControlError('Give a payment_method, such as pm_card_visa');
  const params: Call['params'] = new Map([['payment_method', { kind: 'string', value: method }]]);
  let after: JsonObject;
  try {
    after = confirmSetupIntent(core.world, {
      ...{ id: intent.id, subId: '', params, forcedDecline: null },
      ...{ requestId: core.world.ids.mint('req_', 14), idempotencyKey: null },
    });
  } catch (error) {
    if (!(error instanceof StripeFault)) throw error;
    // A refused card is an outcome like any other; the intent tells it.
    after = error.body();
  }
  core.commitAndSend();
  return json(after);
}

function renewed(core: SimulatorCore, request: ControlRequest, id: string): JsonObject {
  const before = found(core.world.store.get('payment_method', id), id);
  const input = controlBody(request.body);
  const [month, year] = [numberField(input, 'exp_month'), numberField(input, 'exp_year')];
  const last4 = textField(input, 'last4');
  const after = renewCard(core.world, before, {
    ...(month === undefined ? {} : { exp_month: month }),
    ...(year === undefined ? {} : { exp_year: year }),
    ...(last4 === undefined ? {} : { last4 }),
  });
  core.commitAndSend();
  return after;
}

function completed(
  core: SimulatorCore,
  request: ControlRequest,
  intent: PaymentIntent | SetupIntent,
): Answer {
  const fromPage = request.contentType.startsWith('application/x-www-form-urlencoded');
  const outcome = fromPage
    ? new URLSearchParams(request.body).get('outcome')
    : textField(controlBody(request.body), 'outcome');
  if (outcome !== 'succeed' && outcome !== 'fail') throw new ControlError('outcome must be succeed or fail');
  if (intent.status !== 'requires_action') {
    throw new ControlError(`${intent.id} is ${intent.status}; it requires no action`, 409);
  }
  const returnUrl = core.world.store.get('attempt', intent.id)?.return_url ?? null;
  const returnTo = fromPage ? new URLSearchParams(request.body).get('return_to') : null;
  const after =
    intent.object === 'payment_intent'
      ? completeAction(core.world, intent, outcome)
      : completeSetup(core.world, intent, outcome);
  core.commitAndSend();
  if (!fromPage) return json(after);
  if (returnUrl === null && returnTo !== null) {
    return { status: 303, body: '', headers: { Location: returnAddress(returnTo) } };
  }
  if (returnUrl === null) return htmlAnswer(200, finishedPage(after.status));
  const ok = after.status !== 'requires_payment_method';
  return { status: 303, body: '', headers: { Location: returnLocation(after, returnUrl, ok) } };
}

function intentOf(core: SimulatorCore, id: string): PaymentIntent | SetupIntent {
  return found(core.world.store.get('payment_intent', id) ?? core.world.store.get('setup_intent', id), id);
}

function found<T>(value: T | undefined, id: string): T {
  if (value === undefined) throw new ControlError(`No such object: ${id}`, 404);
  return value;
}

function json(value: JsonObject): Answer {
  return { status: 200, body: JSON.stringify(value), headers: { 'Content-Type': 'application/json' } };
}
