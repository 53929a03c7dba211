import type { Stripe } from 'stripe';
import type { IdempotencyRecords } from '../../src/application/ports/idempotency-records.js';
import type { PaymentGateway, ProviderAnswer } from '../../src/application/ports/payment-gateway.js';
import type { Policy } from '../../src/application/shared/policy.js';

/** A defect that a careless change could bring, put between two parts of the program. */
export type Plant = {
  http?(client: Stripe.HttpClient): Stripe.HttpClient;
  gateway?(gateway: PaymentGateway): PaymentGateway;
  idempotency?(records: IdempotencyRecords, mint: () => string): IdempotencyRecords;
  policies?(policies: readonly Policy[]): readonly Policy[];
};

let uses = 0;

/** `npm run sim -- --plant NAME` must find each of these. */
export const plants = {
  /** Each try sends a key of its own. */
  new_key_on_retry: {
    gateway: (gateway) =>
      wrap(gateway, (call, request, key) => {
        uses += 1;
        return call(request, `${key}-${uses}`);
      }),
  },
  /** Silence is taken for a no. */
  timeout_is_failure: {
    gateway: (gateway) =>
      wrap(gateway, async (call, request, key) => {
        const answer = await call(request, key);
        if (answer.outcome !== 'unknown') return answer;
        return { outcome: 'refused', refusal: { code: 'timeout', message: 'No answer.' }, final: true };
      }),
  },
  /** A request that is executed again gets a command id of its own. */
  new_command_on_repeat: {
    idempotency: (records, mint) => ({
      claim: async (request, leaseMs) => {
        const claim = await records.claim(request, leaseMs);
        return claim.outcome === 'execute' ? { ...claim, commandId: mint() } : claim;
      },
      complete: (...given) => records.complete(...given),
      abandon: (...given) => records.abandon(...given),
    }),
  },
  /** The saved answer of a used key is taken for the present state. */
  replay_is_news: {
    http: ({ getClientName, makeRequest }) => ({
      getClientName,
      makeRequest: async (...sent) => {
        const response = await makeRequest(...sent);
        return { ...response, getRawResponse: () => ({ headers: {} }) };
      },
    }),
  },
  /** Invoices do not hear of refunds. */
  refund_forgotten: {
    policies: (policies) => policies.filter(({ name }) => name !== 'refund_news'),
  },
} as const satisfies Record<string, Plant>;

type Call = (request: never, key: string) => Promise<ProviderAnswer<never>>;

function wrap(
  gateway: PaymentGateway,
  around: (call: Call, request: never, key: string) => Promise<ProviderAnswer<never>>,
): PaymentGateway {
  const asked =
    (name: 'confirm' | 'capture' | 'cancel' | 'refund' | 'cancelRefund') => (request: never, key: string) =>
      around(gateway[name].bind(gateway) as Call, request, key);
  return {
    confirm: asked('confirm'),
    capture: asked('capture'),
    cancel: asked('cancel'),
    refund: asked('refund'),
    cancelRefund: asked('cancelRefund'),
    fetchIntent: (id) => gateway.fetchIntent(id),
    fetchRefund: (id) => gateway.fetchRefund(id),
    fetchDispute: (id) => gateway.fetchDispute(id),
    listRefunds: (id) => gateway.listRefunds(id),
    fetchAction: (...given) => gateway.fetchAction(...given),
    refuseAmount: (...given) => gateway.refuseAmount(...given),
    stepOf: (currency) => gateway.stepOf(currency),
  };
}
