import { paymentCodec } from '../../src/application/payment/payment.codec.js';
import type { PaymentHandler } from '../../src/application/payment/payment-effects.js';
import { createPaymentEffects } from '../../src/application/payment/payment-effects.js';
import type { Clock } from '../../src/application/ports/clock.js';
import type { RecordedEvent } from '../../src/application/ports/event-store.js';
import type { HandlingOutcome, VerifiedWebhook } from '../../src/application/ports/inbound-webhooks.js';
import type { Logger } from '../../src/application/ports/logger.js';
import type { PaymentGateway } from '../../src/application/ports/payment-gateway.js';
import { createCommandHandler } from '../../src/application/shared/command-handler.js';
import { commandIdOf } from '../../src/application/shared/event-ids.js';
import type { Findings } from '../../src/application/webhook/handle-webhook.js';
import { createWebhookHandler } from '../../src/application/webhook/handle-webhook.js';
import type { PaymentCommand } from '../../src/domain/payment/commands.js';
import { payment } from '../../src/domain/payment/payment.js';
import { parseInstant } from '../../src/domain/shared/instant.js';
import { projections } from '../../src/infrastructure/read-models/read-models.js';
import { readStripeNews } from '../../src/infrastructure/stripe/stripe-news.js';
import { StripePaymentGateway } from '../../src/infrastructure/stripe/stripe-payment-gateway.js';
import { assembleSimulator } from '../../src/infrastructure/stripe-simulator/assembly.js';
import { requestOf, responseOf } from '../simulation/stripe-http.js';
import { Tables } from '../simulation/tables.js';
import { InMemoryEventStore } from '../support/in-memory-event-store.js';
import { noCustomers } from '../support/no-customers.js';
import { paymentId, required } from '../support/payment-examples.js';

const nowMs = Date.parse('2026-11-01T09:30:00Z');
const now = required(parseInstant(new Date(nowMs).toISOString()));
const clock: Clock = { now: () => now };
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const stream = `payment-${paymentId}` as const;

type Untimed<C> = C extends PaymentCommand ? Omit<C, 'at'> : never;
export type Command = Untimed<PaymentCommand>;

/** Stripe without a socket, always at the same moment, with the gateway that ships before it. */
export function createStripe() {
  const { pipeline, parts } = assembleSimulator(
    { seed: 'confluence', now: () => nowMs },
    { post: async () => 200, close() {} },
  );
  const gateway: PaymentGateway = new StripePaymentGateway({
    secretKey: 'sk_test_confluence',
    apiBase: null,
    logger: silent,
    clock: () => nowMs,
    httpClient: {
      getClientName: () => 'confluence',
      async makeRequest(...sent) {
        const outcome = await pipeline.handle(requestOf(...sent));
        if (outcome === 'cut' || outcome === 'silence') throw new TypeError('nothing was told to fail');
        return responseOf(outcome);
      },
    },
  });
  return { gateway, pipeline, core: parts.core };
}

export type Stripe = ReturnType<typeof createStripe>;

/** One payment in a deployment with a log and read models of its own, at the Stripe of the story. */
export async function createDeployment(stripe: Stripe, known: readonly RecordedEvent[] = []) {
  const eventStore = new InMemoryEventStore();
  const handler: PaymentHandler = createCommandHandler({
    eventStore,
    decider: payment,
    codec: paymentCodec,
    category: 'payment',
  });
  const effects = createPaymentEffects({ handler, gateway: stripe.gateway, clock });
  const tables = new Map(projections.map((projection) => [projection.name, new Tables(projection)]));
  let projected = 0;
  let commands = 0;
  if (known.length > 0) await eventStore.append(stream, 'no_stream', known);
  await project();

  async function project(): Promise<void> {
    for (const event of await eventStore.readAll(BigInt(projected), 1_000)) {
      for (const table of tables.values()) table.apply(event);
      projected += 1;
    }
  }

  const handleWebhook = createWebhookHandler({
    customers: noCustomers,
    readNews: readStripeNews,
    handler,
    gateway: stripe.gateway,
    payments: {
      async findByIntent(intentId) {
        const rows = [...(tables.get('payments')?.rows('payments') ?? [])];
        return rows.find((row) => row['payment_intent'] === intentId)?.['id'] as string | undefined;
      },
    },
    clock,
    machineClock: clock,
  });

  /** Records commands, all before anything is asked of Stripe, and then carries out what they ask. */
  async function run(...given: readonly Command[]): Promise<void> {
    const asked = [];
    for (const command of given) {
      commands += 1;
      const commandId = commandIdOf('confluence', String(commands));
      const metadata = {
        ...{ commandId, correlationId: commandId, causationId: commandId, reason: null },
        actor: { kind: 'system', id: 'confluence' },
      } as const;
      const handled = await handler.handle(paymentId, { ...command, at: now } as PaymentCommand, metadata);
      if (handled.outcome !== 'accepted') throw new TypeError(`${command.type}: ${handled.outcome}`);
      asked.push(...handled.facts.map((fact) => ({ fact, metadata })));
    }
    for (const { fact, metadata } of asked) await effects.perform(paymentId, fact, metadata);
  }

  async function deliver(
    webhook: VerifiedWebhook,
    attempts: number,
    findings: Findings,
  ): Promise<HandlingOutcome> {
    const received = {
      ...webhook,
      ...({ status: 'received', attempts, deliveries: 1, lastError: null, note: null } as const),
      ...{ receivedAt: now, processedAt: null, nextAttemptAt: now },
    } as const;
    const outcome = await handleWebhook(received, findings);
    await project();
    const [row] = required(tables.get('payments')).rows('payments');
    const { amount_captured: captured = 0n, amount_refunded: refunded = 0n } = row ?? {};
    if (BigInt(String(refunded)) > BigInt(String(captured))) {
      throw new TypeError(`${refunded} refunded of ${captured} after ${webhook.type}`);
    }
    return outcome;
  }

  return {
    run,
    deliver,
    load: () => handler.load(paymentId),
    log: () => eventStore.readStream(stream),
    rows: (projection: string) => required(tables.get(projection)).dump(),
  };
}

export type Deployment = Awaited<ReturnType<typeof createDeployment>>;
