import { randomUUID } from 'node:crypto';
import type { Logger } from '../../../src/application/ports/logger.js';
import type { RefundId } from '../../../src/domain/shared/ids.js';
import { parsePaymentId, parseRefundId } from '../../../src/domain/shared/ids.js';
import type { Instant } from '../../../src/domain/shared/instant.js';
import { parseInstant } from '../../../src/domain/shared/instant.js';
import type { StripeRateLimit } from '../../../src/infrastructure/stripe/call-rate.js';
import type { StripeGatewayOptions } from '../../../src/infrastructure/stripe/stripe-payment-gateway.js';
import { StripePaymentGateway } from '../../../src/infrastructure/stripe/stripe-payment-gateway.js';
import type { StripeSimulatorOptions } from '../../../src/infrastructure/stripe-simulator/server.js';
import { startStripeSimulator } from '../../../src/infrastructure/stripe-simulator/server.js';

export type LogLine = { readonly level: string; readonly message: string; readonly fields: object };

/** Keeps what was logged, for tests that ask what an operator would see. */
export function createRecordingLogger(): Logger & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ level, message, fields });
  };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

export type MoneyLine = { readonly kind: string; readonly amount: number; readonly currency: string };

/**
 * A simulator in this process, with the switches that tests turn and a gateway that talks to it. The gateway waits for
 * longer than a loaded machine takes, but for the tests that show what happens when it no longer waits.
 */
export async function startStripe(
  options: StripeSimulatorOptions &
    Pick<StripeGatewayOptions, 'timeoutMs' | 'clock'> & {
      /** Our own limit, and one that the simulator refuses beyond. */
      readonly limits?: { readonly own: StripeRateLimit; readonly simulator: StripeRateLimit };
    } = {},
) {
  const { timeoutMs = 20_000, clock, limits, ...simulatorOptions } = options;
  const simulator = await startStripeSimulator({
    ...simulatorOptions,
    ...(limits === undefined ? {} : { rateLimit: limits.simulator }),
  });
  const logger = createRecordingLogger();
  const gateway = new StripePaymentGateway({
    secretKey: 'sk_test_contract',
    apiBase: simulator.url,
    timeoutMs,
    logger,
    rateLimit: limits?.own ?? null,
    ...(clock === undefined ? {} : { clock }),
  });

  async function post(path: string, body: object = {}): Promise<Record<string, unknown>> {
    const answer = await fetch(`${simulator.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answered = (await answer.json()) as Record<string, unknown>;
    if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(answered)}`);
    return answered;
  }

  async function get<T>(path: string): Promise<T> {
    const answer = await fetch(`${simulator.url}${path}`);
    return (await answer.json()) as T;
  }

  return {
    simulator,
    gateway,
    logger,
    post,
    get,
    /** The next matching call goes wrong in this way. */
    next: (behavior: string, operation: string, more: object = {}) =>
      post('/sim/next', { behavior, operation, ...more }),
    journal: async () => (await get<{ lines: MoneyLine[] }>('/sim/journal')).lines,
    counts: async () => (await get<{ counts: Record<string, number> }>('/sim/state')).counts,
    events: () => get<Record<string, unknown>[]>('/sim/events'),
    async close() {
      gateway.close();
      await simulator.close();
    },
  };
}

export type Stripe = Awaited<ReturnType<typeof startStripe>>;

function required<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new TypeError('a test example is malformed');
  return value;
}

export const newPaymentId = () => required(parsePaymentId(`pay_${randomUUID()}`));
export const newRefundId = (): RefundId => required(parseRefundId(`re_${randomUUID()}`));
export const instantNow = (): Instant => required(parseInstant(new Date().toISOString()));
