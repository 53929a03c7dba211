import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { HandlingOutcome, Reception } from '../../application/ports/inbound-webhooks.js';
import type { PaymentEvent } from '../../domain/payment/events.js';

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What became of payments and refunds, by the fact that says so; null for facts that are steps on the way. */
const outcomes = {
  PaymentCreated: ['payment', 'created'],
  PaymentConfirmRequested: null,
  PaymentActionRequired: ['payment', 'action_required'],
  PaymentProcessingStarted: ['payment', 'processing'],
  PaymentDeclined: ['payment', 'declined'],
  PaymentAuthorized: ['payment', 'authorized'],
  PaymentCaptureRequested: null,
  PaymentCaptureRefused: ['payment', 'capture_refused'],
  PaymentCaptured: ['payment', 'captured'],
  PaymentFeeRecorded: null,
  PaymentCancelRequested: null,
  PaymentCancelRefused: ['payment', 'cancel_refused'],
  PaymentCanceled: ['payment', 'canceled'],
  PaymentFailed: ['payment', 'failed'],
  RefundRequested: ['refund', 'requested'],
  RefundApprovalRequested: ['refund', 'approval_requested'],
  RefundApproved: ['refund', 'requested'],
  RefundRejected: ['refund', 'rejected'],
  RefundRefused: ['refund', 'refused'],
  RefundInitiated: null,
  RefundAdopted: ['refund', 'adopted'],
  RefundSucceeded: ['refund', 'succeeded'],
  RefundFailed: ['refund', 'failed'],
  RefundCancelRequested: null,
  RefundCancelRefused: ['refund', 'cancel_refused'],
  RefundCanceled: ['refund', 'canceled'],
  PaymentKeptAsCredit: null,
  PaymentCreditRefunded: null,
  DisputeOpened: ['dispute', 'opened'],
  DisputeEscalated: ['dispute', 'escalated'],
  DisputeFundsWithdrawn: null,
  DisputeFundsReinstated: null,
  DisputeAnswered: ['dispute', 'answered'],
  DisputeClosed: ['dispute', 'closed'],
} as const satisfies Record<PaymentEvent['type'], readonly ['payment' | 'refund' | 'dispute', string] | null>;

/**
 * What this process has done since its start, for Prometheus. Labels have few values, all of them known to this program: no
 * ids, no addresses, no words of clients.
 */
export class Counters {
  readonly registry = new Registry();
  readonly #answers = this.#counter('http_requests_total', 'Answered requests', [
    'method',
    'route',
    'status',
  ]);
  readonly #seconds = this.#histogram('http_request_duration_seconds', 'From the first byte to the answer', [
    'method',
    'route',
  ]);
  readonly #payments = this.#counter('payments_total', 'Payments, by what became of them', ['outcome']);
  readonly #refunds = this.#counter('refunds_total', 'Refunds, by what became of them', ['outcome']);
  readonly #disputes = this.#counter('disputes_total', 'Disputes, by what became of them', ['outcome']);
  readonly #received = this.#counter('webhooks_received_total', 'Webhooks that came in', ['result']);
  readonly #handled = this.#counter('webhooks_handled_total', 'Attempts to handle a webhook', ['status']);
  readonly #calls = this.#counter(
    'stripe_calls_total',
    'Calls to Stripe, by its status or why there is none',
    ['endpoint', 'result'],
  );
  readonly #callSeconds = this.#histogram('stripe_call_duration_seconds', 'Calls that were made', [
    'endpoint',
  ]);
  /** Finding a labelled child costs more than counting does. */
  readonly #children = new Map<string, { count(): void; observe(seconds: number): void }>();

  constructor() {
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: 20 });
  }

  /** @param route as it is declared, such as `/v1/payments/:id` */
  readonly requestAnswered = (method: string, route: string, status: number, ms: number): void => {
    const name = `${method} ${route} ${status}`;
    let child = this.#children.get(name);
    if (child === undefined) {
      const counter = this.#answers.labels({ method, route, status });
      const histogram = this.#seconds.labels({ method, route });
      child = { count: () => counter.inc(), observe: (seconds) => histogram.observe(seconds) };
      this.#children.set(name, child);
    }
    child.count();
    child.observe(ms / 1_000);
  };

  readonly paymentFact = (type: PaymentEvent['type']): void => {
    const counted = outcomes[type];
    if (counted === null) return;
    const [of, outcome] = counted;
    const counters = { payment: this.#payments, refund: this.#refunds, dispute: this.#disputes };
    counters[of].inc({ outcome });
  };

  /** @param result how it was received, or that it was refused before */
  readonly webhookReceived = (result: Reception | 'refused'): void => this.#received.inc({ result });

  readonly webhookHandled = (status: HandlingOutcome['status']): void => this.#handled.inc({ status });

  /** @param ms null for a call that was not made */
  readonly stripeCalled = (endpoint: string, result: string, ms: number | null): void => {
    this.#calls.inc({ endpoint, result });
    if (ms !== null) this.#callSeconds.observe({ endpoint }, ms / 1_000);
  };

  #counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({
      name: `counterfoil_${name}`,
      help: `${help}.`,
      labelNames: [...labelNames],
      registers: [this.registry],
    });
  }

  #histogram<L extends string>(name: string, help: string, labelNames: readonly L[]): Histogram<L> {
    return new Histogram({
      name: `counterfoil_${name}`,
      help: `${help}, in seconds.`,
      labelNames: [...labelNames],
      buckets: secondsBuckets,
      registers: [this.registry],
    });
  }
}
