import { Stripe } from 'stripe';
import type { ApiRequest, Outcome } from '../../src/infrastructure/stripe-simulator/api-pipeline.js';
import { assembleSimulator } from '../../src/infrastructure/stripe-simulator/assembly.js';
import type { BehaviourName } from '../../src/infrastructure/stripe-simulator/behaviours.js';
import type { WebhookTransport } from '../../src/infrastructure/stripe-simulator/webhook-transport.js';
import type { Owner, Scheduler, Step } from './scheduler.js';
import { requestOf, responseOf } from './stripe-http.js';

export const webhookSecret = 'whsec_simulation';
const day = 86_400_000;
const webhookTimeoutMs = 10_000;

/** Brings a webhook to some process of ours; null when none answers. */
export type Deliver = (body: Buffer, signature: string) => Promise<number | null>;

/** A time in which no answer of Stripe's and no webhook comes through. */
export type Outage = { readonly fromMs: number; readonly toMs: number };

/** What may go wrong within Stripe. */
const behaviours: readonly [BehaviourName, ...BehaviourName[]] = [
  'error_500_before',
  'error_500_after',
  'error_500_without_effect_saved',
  'rate_limit',
  'lock_timeout',
  'delay',
];

/** Stripe, the simulator's whole core, behind a network that loses, repeats and delays. */
export class StripeWorld {
  readonly counts = { calls: 0, lostAnswers: 0, faults: 0, webhooks: 0, duplicates: 0, lostWebhooks: 0 };
  /** Ids of events that a process of ours has answered 200. */
  readonly accepted = new Set<string>();
  readonly owner: Owner = { name: 'stripe', alive: true };
  readonly simulator: ReturnType<typeof assembleSimulator>;
  readonly #scheduler: Scheduler;
  readonly #faulty: () => boolean;
  readonly #deliver: Deliver;
  readonly #outages: readonly Outage[];

  constructor(parts: {
    readonly scheduler: Scheduler;
    readonly seed: string;
    readonly faulty: () => boolean;
    readonly deliver: Deliver;
    readonly outages: readonly Outage[];
  }) {
    this.#scheduler = parts.scheduler;
    this.#faulty = parts.faulty;
    this.#deliver = parts.deliver;
    this.#outages = parts.outages;
    const transport: WebhookTransport = {
      post: (_url, body, signature) => this.#post(body, signature),
      close() {},
    };
    this.simulator = assembleSimulator(
      {
        seed: parts.seed,
        now: () => this.#scheduler.nowMs,
        webhookEndpoints: [{ url: 'http://app/webhooks/stripe', secrets: [webhookSecret] }],
        // Minutes, hours, a day: with Stripe's limit of three days, an unlucky event arrives days late or never.
        webhookRetry: { firstMs: 60_000, capMs: day, attemptsMax: 16 },
        refundOutcomeMs: 6 * 3_600_000,
        settlementMs: 30 * 3_600_000,
      },
      transport,
    );
  }

  get store() {
    return this.simulator.parts.core.world.store;
  }

  /** One request, from whoever asks, carried out at Stripe. */
  handle(request: ApiRequest): Promise<Outcome> {
    const { behaviours: queue, sender } = this.simulator.parts;
    const { random } = this.#scheduler;
    const faulty = this.#faulty();
    sender.modes = {
      ...sender.modes,
      duplicate: faulty && random.chance(0.2) ? 1 + random.below(2) : 0,
      beforeAnswer: faulty && random.chance(0.1),
    };
    if (faulty && random.chance(0.08)) {
      this.counts.faults += 1;
      queue.add({
        behavior: random.pick(behaviours),
        operation: null,
        method: null,
        pathPrefix: null,
        delayMs: random.spread(10, 20_000),
        declineCode: '',
        timesLeft: 1,
      });
    }
    const outcome = this.simulator.pipeline.handle(request);
    queue.clear();
    return outcome;
  }

  /** The official SDK's way here, from the process that is running. */
  httpClient(): Stripe.HttpClient {
    return { getClientName: () => 'simulation', makeRequest: (...sent) => this.#carry(sent) };
  }

  /** Sends every event again that nobody of ours ever took, as an operator does in the dashboard. */
  resendUnaccepted(): number {
    const missing = [...this.store.values('event')].filter(({ id }) => !this.accepted.has(id));
    this.#scheduler.plan(0, this.owner, 'webhooks are sent again', () => {
      for (const { id } of missing) void this.simulator.parts.sender.redeliver(id, 1, false);
    });
    return missing.length;
  }

  #carry(sent: Parameters<Stripe.HttpClient['makeRequest']>): Promise<Stripe.HttpClientResponse> {
    const scheduler = this.#scheduler;
    const { random, running: caller } = scheduler;
    const request = requestOf(...sent);
    const timeoutMs = sent[7];
    const what = `${request.method} ${request.path} ${request.headers['idempotency-key'] ?? ''}`;
    this.counts.calls += 1;
    const lossy = (probability: number): boolean => this.#faulty() && random.chance(probability);
    const latency = (): number => (lossy(0.03) ? random.spread(1_000, 12_000) : random.spread(1, 200));
    return new Promise((resolve, reject) => {
      const back = (ms: number, news: string, settle: () => void): Step =>
        scheduler.plan(ms, caller, `${what}: ${news}`, settle);
      const timeout = back(timeoutMs, 'times out', () => reject(Stripe.HttpClient.makeTimeoutError()));
      const reset = (): void => {
        timeout.canceled = true;
        back(latency(), 'connection reset', () => reject(connectionReset()));
      };
      if (lossy(0.03) || (this.#isOut() && random.chance(0.8))) return reset();
      scheduler.plan(latency(), this.owner, what, () => {
        void this.handle(request).then((outcome) => {
          if (outcome === 'silence') return;
          if (outcome === 'cut' || lossy(0.05) || this.#isOut()) {
            this.counts.lostAnswers += 1;
            reset();
          } else if (lossy(0.02)) this.counts.lostAnswers += 1;
          else {
            back(latency(), `${outcome.status}`, () => {
              timeout.canceled = true;
              resolve(responseOf(outcome));
            });
          }
        });
      });
    });
  }

  #isOut(): boolean {
    const { nowMs } = this.#scheduler;
    return this.#outages.some(({ fromMs, toMs }) => fromMs <= nowMs && nowMs < toMs);
  }

  #post(body: string, signature: string): Promise<number | null> {
    const scheduler = this.#scheduler;
    const { random } = scheduler;
    const faulty = this.#faulty();
    const { id, type } = JSON.parse(body) as { readonly id: string; readonly type: string };
    this.counts.webhooks += 1;
    return new Promise((resolve) => {
      const answer = (ms: number, status: number | null): void => {
        scheduler.plan(ms, this.owner, `webhook ${type} ${id} is answered ${status}`, () => resolve(status));
      };
      const arrives = (ms: number): void => {
        scheduler.plan(ms, this.owner, `webhook ${type} ${id} arrives`, () => {
          void this.#deliver(Buffer.from(body), signature).then((status) => {
            if (status === 200) this.accepted.add(id);
            if (!faulty || random.chance(0.9)) answer(1 + random.below(50), status);
          });
        });
      };
      answer(webhookTimeoutMs, null);
      if (this.#isOut() || (faulty && random.chance(0.2))) {
        this.counts.lostWebhooks += 1;
        return;
      }
      arrives(faulty ? random.spread(1, 600_000) : 1 + random.below(100));
      if (faulty && random.chance(0.1)) {
        this.counts.duplicates += 1;
        arrives(random.spread(1, 290_000));
      }
    });
  }
}

function connectionReset(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}
