import { paymentCodec } from '../../../src/application/payment/payment.codec.js';
import type { PaymentEffects, PaymentHandler } from '../../../src/application/payment/payment-effects.js';
import { createPaymentEffects } from '../../../src/application/payment/payment-effects.js';
import type { EventStore } from '../../../src/application/ports/event-store.js';
import type {
  HandlingOutcome,
  InboundWebhook,
  VerifiedWebhook,
} from '../../../src/application/ports/inbound-webhooks.js';
import type { PaymentGateway } from '../../../src/application/ports/payment-gateway.js';
import { createCommandHandler } from '../../../src/application/shared/command-handler.js';
import { commandIdOf } from '../../../src/application/shared/event-ids.js';
import type { Findings } from '../../../src/application/webhook/handle-webhook.js';
import { createWebhookHandler } from '../../../src/application/webhook/handle-webhook.js';
import type { PaymentCommand } from '../../../src/domain/payment/commands.js';
import { payment } from '../../../src/domain/payment/payment.js';
import type { PaymentId } from '../../../src/domain/shared/ids.js';
import type { Money } from '../../../src/domain/shared/money.js';
import { readStripeNews } from '../../../src/infrastructure/stripe/stripe-news.js';
import { noCustomers } from '../../support/no-customers.js';
import { usd } from '../../support/payment-examples.js';
import type { Stripe } from '../stripe/simulator-control.js';
import { instantNow, newPaymentId } from '../stripe/simulator-control.js';

type Command = PaymentCommand extends infer C ? (C extends PaymentCommand ? Omit<C, 'at'> : never) : never;

/** One deployment's payments: a store, the real gateway to a simulator, and the webhook policy over both. */
export function createPaymentWorld(stripe: Stripe, eventStore: Pick<EventStore, 'append' | 'readStream'>) {
  const clock = { now: instantNow };
  const handler: PaymentHandler = createCommandHandler({
    eventStore: eventStore as EventStore,
    decider: payment,
    codec: paymentCodec,
    category: 'payment',
  });
  const effects: PaymentEffects = createPaymentEffects({ handler, gateway: stripe.gateway, clock });
  const owners = new Map<string, string>();
  const fetches = { count: 0 };
  let interruption: (() => Promise<void>) | undefined;
  const gateway: Pick<PaymentGateway, 'fetchIntent' | 'fetchRefund' | 'fetchDispute'> = {
    fetchIntent: async (id) => {
      fetches.count += 1;
      const answer = await stripe.gateway.fetchIntent(id);
      const meanwhile = interruption;
      interruption = undefined;
      await meanwhile?.();
      return answer;
    },
    fetchRefund: (id) => {
      fetches.count += 1;
      return stripe.gateway.fetchRefund(id);
    },
    fetchDispute: (id) => {
      fetches.count += 1;
      return stripe.gateway.fetchDispute(id);
    },
  };
  const handleWebhook = createWebhookHandler({
    customers: noCustomers,
    readNews: readStripeNews,
    handler,
    gateway,
    payments: { findByIntent: async (intentId) => owners.get(intentId) },
    clock,
    machineClock: clock,
  });
  let commands = 0;

  /** Records a command without asking the provider for anything, as a process that dies right afterwards does. */
  async function record(paymentId: PaymentId, command: Command) {
    commands += 1;
    const commandId = commandIdOf('test', `${paymentId}/${commands}`);
    const metadata = {
      commandId,
      correlationId: commandId,
      causationId: commandId,
      actor: { kind: 'system', id: 'test' },
      reason: null,
    } as const;
    const handled = await handler.handle(
      paymentId,
      { ...command, at: instantNow() } as PaymentCommand,
      metadata,
    );
    if (handled.outcome !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(handled)}`);
    return { facts: handled.facts, metadata };
  }

  /** Records a command and carries out what it asks of the provider. */
  async function run(paymentId: PaymentId, command: Command): Promise<void> {
    const { facts, metadata } = await record(paymentId, command);
    for (const fact of facts) await effects.perform(paymentId, fact, metadata);
  }

  /** Stripe carries out what the command asks, and the process dies before the answer is recorded. */
  async function runAndDie(paymentId: PaymentId, command: Command): Promise<void> {
    const { facts, metadata } = await record(paymentId, command);
    const dying = createPaymentEffects({
      handler: { load: handler.load, handle: () => Promise.reject(new Error('killed')) },
      gateway: stripe.gateway,
      clock,
    });
    for (const fact of facts) await dying.perform(paymentId, fact, metadata).catch(() => undefined);
  }

  const creation = (
    paymentId: PaymentId,
    changes: { captureMethod?: 'automatic' | 'manual'; card?: string; amount?: Money } = {},
  ) =>
    ({
      type: 'CreatePayment',
      details: {
        paymentId,
        amount: changes.amount ?? usd(5000),
        captureMethod: changes.captureMethod ?? 'automatic',
        customerId: null,
        orderId: null,
        description: null,
        metadata: {},
      },
      confirmWith: changes.card ?? 'pm_card_visa',
    }) as const;

  async function deliver(
    webhook: VerifiedWebhook,
    attempts = 1,
    findings?: Findings,
  ): Promise<HandlingOutcome> {
    const stored: InboundWebhook = {
      ...webhook,
      status: 'received',
      attempts,
      deliveries: 1,
      lastError: null,
      note: null,
      receivedAt: instantNow(),
      processedAt: null,
      nextAttemptAt: instantNow(),
    };
    return handleWebhook(stored, findings);
  }

  /** The state without what differs between runs of the same story: moments. */
  async function stateOf(paymentId: PaymentId): Promise<unknown> {
    const { state } = await handler.load(paymentId);
    return JSON.parse(
      JSON.stringify(state, (key, value) =>
        typeof value === 'bigint' ? `${value}` : key.endsWith('At') ? undefined : value,
      ),
    );
  }

  async function factsOf(paymentId: PaymentId): Promise<readonly string[]> {
    return (await eventStore.readStream(`payment-${paymentId}`)).map(({ type }) => type);
  }

  return {
    eventStore,
    handler,
    effects,
    owners,
    fetches,
    /** What happens between Stripe's next answer and its arrival here. */
    afterNextFetch: (meanwhile: () => Promise<void>) => {
      interruption = meanwhile;
    },
    handleWebhook,
    record,
    run,
    runAndDie,
    creation,
    deliver,
    load: handler.load,
    stateOf,
    factsOf,
    newPaymentId,
    clock,
  };
}

/** The simulator's events as verified webhooks. */
export async function webhooksOf(stripe: Stripe): Promise<readonly VerifiedWebhook[]> {
  const events = await stripe.events();
  return events.map((event) => {
    const { object } = event['data'] as { object: Record<string, unknown> };
    return {
      id: String(event['id']),
      type: String(event['type']),
      apiVersion: String(event['api_version']),
      livemode: event['livemode'] === true,
      objectId: String(object['payment_intent'] ?? object['id']),
      payload: JSON.stringify(event),
    };
  });
}
