import { describe, expect, it } from '@jest/globals';
import type { ProjectionStatus } from '../../../src/application/ports/read-models.js';
import type { Instant } from '../../../src/domain/shared/instant.js';
import { Counters } from '../../../src/infrastructure/metrics/counters.js';
import type { Watched } from '../../../src/infrastructure/metrics/metrics-page.js';
import { createMetricsPage } from '../../../src/infrastructure/metrics/metrics-page.js';

const since = '2026-11-01T00:00:00.000Z' as Instant;
const ledger: ProjectionStatus = {
  name: 'ledger',
  version: 1,
  position: 9n,
  lag_ms: 1_500,
  parked_streams: 1,
  parked_events: 2,
  skipped_events: 0n,
  updated_at: since,
};

const watched: Watched = {
  breakers: () => [{ name: 'stripe_writes', state: 'open', since }],
  projections: async () => [ledger],
  backlog: async () => ({
    effects: { open: 3, in_doubt: 1, contradicted: 0, oldest_seconds: 12.5 },
    webhooks: [{ status: 'received', count: 4, oldest_seconds: 2 }],
  }),
  pools: { queries: { totalCount: 5, idleCount: 2, waitingCount: 7 } },
  lanes: () => [{ lane: 'writes', underWay: 8, waiting: 1, shed: 6 }],
  callRate: () => ({ waiting: 2, perSecond: 20 }),
  skews: async () => ({ postgres: -1_500 }),
  redisAnswers: () => false,
};

/** The page's figures by name and labels. */
async function figuresOf(
  page: ReturnType<typeof createMetricsPage>,
): Promise<Readonly<Record<string, number>>> {
  const { text } = await page();
  const lines = text.split('\n').filter((line) => line.startsWith('counterfoil_'));
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')).replace('counterfoil_', ''),
      Number(line.split(' ').at(-1)),
    ]),
  );
}

describe('the figures', () => {
  it('are what is to be seen when they are asked for', async () => {
    const figures = await figuresOf(createMetricsPage(new Counters().registry, watched));
    expect(figures).toMatchObject({
      'breaker_state{breaker="stripe_writes",state="open"}': 1,
      'breaker_state{breaker="stripe_writes",state="closed"}': 0,
      'clock_ahead_seconds{of="postgres"}': -1.5,
      'projection_lag_seconds{projection="ledger"}': 1.5,
      'projection_parked_events{projection="ledger"}': 2,
      'effects{state="open"}': 3,
      'effects{state="in_doubt"}': 1,
      effects_oldest_seconds: 12.5,
      'inbox_webhooks{status="received"}': 4,
      'inbox_webhooks{status="parked"}': 0,
      'pool_connections{pool="queries",state="busy"}': 3,
      'pool_connections{pool="queries",state="idle"}': 2,
      'pool_waiting{pool="queries"}': 7,
      'requests_under_way{lane="writes"}': 8,
      'requests_shed{lane="writes"}': 6,
      stripe_calls_waiting: 2,
      redis_answers: 0,
      'watch_up{watched="projections"}': 1,
    });
  });

  it('that cannot be seen are left out, not told as they were, and hold up no others', async () => {
    let fails = false;
    const page = createMetricsPage(new Counters().registry, {
      ...watched,
      backlog: async () => {
        if (fails) throw new Error('no database');
        return watched.backlog();
      },
      projections: () => (fails ? new Promise(() => undefined) : watched.projections()),
    });
    expect(await figuresOf(page)).toHaveProperty('effects_oldest_seconds', 12.5);
    fails = true;
    const figures = await figuresOf(page);
    expect(figures).toMatchObject({
      'watch_up{watched="backlog"}': 0,
      'watch_up{watched="projections"}': 0,
      'pool_waiting{pool="queries"}': 7,
    });
    expect(Object.keys(figures).filter((name) => /^(effects|inbox|projection)_?/.test(name))).toEqual([]);
  });

  it('are looked for once for all who ask at the same moment', async () => {
    let looks = 0;
    const page = createMetricsPage(new Counters().registry, {
      ...watched,
      backlog: async () => {
        looks += 1;
        return watched.backlog();
      },
    });
    await Promise.all(Array.from({ length: 50 }, page));
    expect(looks).toBe(1);
  });

  it('count what happens', async () => {
    const counters = new Counters();
    const page = createMetricsPage(counters.registry, watched);
    for (const status of [201, 201, 503]) counters.requestAnswered('post', '/v1/payments', status, 30);
    counters.paymentFact('PaymentCaptured');
    counters.paymentFact('PaymentFeeRecorded');
    counters.paymentFact('RefundFailed');
    counters.webhookReceived('duplicate');
    counters.webhookHandled('parked');
    counters.stripeCalled('POST refunds', '429', 12);
    counters.stripeCalled('POST refunds', 'no_turn', null);
    expect(await figuresOf(page)).toMatchObject({
      'http_requests_total{method="post",route="/v1/payments",status="201"}': 2,
      'http_requests_total{method="post",route="/v1/payments",status="503"}': 1,
      'http_request_duration_seconds_bucket{le="0.05",method="post",route="/v1/payments"}': 3,
      'http_request_duration_seconds_bucket{le="0.025",method="post",route="/v1/payments"}': 0,
      'payments_total{outcome="captured"}': 1,
      'refunds_total{outcome="failed"}': 1,
      'webhooks_received_total{result="duplicate"}': 1,
      'webhooks_handled_total{status="parked"}': 1,
      'stripe_calls_total{endpoint="POST refunds",result="429"}': 1,
      'stripe_calls_total{endpoint="POST refunds",result="no_turn"}': 1,
      'stripe_call_duration_seconds_count{endpoint="POST refunds"}': 1,
    });
  });
});
