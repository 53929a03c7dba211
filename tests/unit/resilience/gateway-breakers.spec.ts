import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { PaymentGateway, ProviderAnswer } from '../../../src/application/ports/payment-gateway.js';
import type { Instant } from '../../../src/domain/shared/instant.js';
import { withBreakers } from '../../../src/infrastructure/resilience/gateway-breakers.js';
import { silentLogger } from '../../support/postgres.js';

const clock = { now: () => new Date().toISOString() as Instant };
const request = { intentId: 'pi_1', requestedAt: clock.now() };
const unknown = (reason: string) => ({ outcome: 'unknown', reason, retryAfterMs: null }) as const;
const refused = {
  outcome: 'refused',
  refusal: { code: 'resource_missing', message: 'no such intent' },
  final: false,
} as const;

/** A gateway that counts its calls and answers what it is told to. */
function guarded() {
  const calls: string[] = [];
  let answer: ProviderAnswer<never> = refused;
  const ask =
    (name: string) =>
    async (_request: unknown, key = ''): Promise<ProviderAnswer<never>> => {
      calls.push(`${name} ${key}`.trim());
      return answer;
    };
  const gateway: PaymentGateway = {
    confirm: ask('confirm'),
    capture: ask('capture'),
    cancel: ask('cancel'),
    refund: ask('refund'),
    cancelRefund: ask('cancelRefund'),
    fetchIntent: ask('fetchIntent'),
    fetchRefund: ask('fetchRefund'),
    fetchDispute: ask('fetchDispute'),
    listRefunds: ask('listRefunds'),
    fetchAction: async () => {
      calls.push('fetchAction');
      return null;
    },
    refuseAmount: () => null,
    stepOf: () => 1n,
  };
  return {
    ...withBreakers(gateway, { clock, logger: silentLogger }),
    calls,
    answers(next: ProviderAnswer<never>) {
      answer = next;
    },
  };
}

type Guarded = ReturnType<typeof guarded>;
const states = ({ breakers }: Guarded) => breakers.status().map(({ name, state }) => `${name} ${state}`);

async function cancelTimes({ gateway }: Guarded, times: number) {
  for (let n = 0; n < times; n += 1) await gateway.cancel(request, 'key-1');
}

describe('the breakers of the gateway', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it.each(['timeout', 'connection', 'server_error', 'malformed_answer', 'look_up_failed'])(
    'open after ten calls that ended in %s, and answer that the outcome is unknown without a call',
    async (reason) => {
      const world = guarded();
      world.answers(unknown(reason));
      await cancelTimes(world, 10);
      expect(states(world)).toEqual(['stripe_writes open', 'stripe_reads closed']);
      expect(await world.gateway.cancel(request, 'key-1')).toEqual(unknown('breaker_open'));
      expect(world.calls).toHaveLength(10);
    },
  );

  it.each([refused, unknown('rate_limited'), unknown('in_flight'), unknown('not_authorized')])(
    'stay closed whatever else is answered: %j',
    async (answer) => {
      const world = guarded();
      world.answers(answer);
      await cancelTimes(world, 40);
      expect(states(world)).toEqual(['stripe_writes closed', 'stripe_reads closed']);
      expect(world.calls).toHaveLength(40);
    },
  );

  it('keep looking apart from moving money', async () => {
    const world = guarded();
    world.answers(unknown('timeout'));
    for (let n = 0; n < 10; n += 1) await world.gateway.fetchIntent('pi_1');
    expect(states(world)).toEqual(['stripe_writes closed', 'stripe_reads open']);
    expect(await world.gateway.fetchAction('pi_1', 1n)).toBeNull();
    expect(world.calls).not.toContain('fetchAction');
    await world.gateway.cancel(request, 'key-1');
    expect(world.calls.at(-1)).toBe('cancel key-1');
  });

  it('let one call through after a while, and close when it is answered', async () => {
    const world = guarded();
    world.answers(unknown('timeout'));
    await cancelTimes(world, 10);
    await jest.advanceTimersByTimeAsync(15_000);
    await world.gateway.cancel(request, 'key-1');
    expect(world.calls).toHaveLength(11);
    expect(states(world)[0]).toBe('stripe_writes open');
    await jest.advanceTimersByTimeAsync(15_000);
    world.answers(refused);
    expect(await world.gateway.cancel(request, 'key-1')).toEqual(refused);
    expect(states(world)[0]).toBe('stripe_writes closed');
  });
});
