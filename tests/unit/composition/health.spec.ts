import { describe, expect, it } from '@jest/globals';
import type { BreakerState, BreakerStatus } from '../../../src/application/ports/breakers.js';
import type { Logger } from '../../../src/application/ports/logger.js';
import type { OutboxTrouble } from '../../../src/application/ports/notifications.js';
import type { OpenRequests } from '../../../src/application/ports/read-models.js';
import { createHealthChecks } from '../../../src/composition/health.js';
import { alertRuleNames } from '../../../src/domain/alert/alert-rules.js';
import { parseInstant } from '../../../src/domain/shared/instant.js';
import { readRunbook, runbookSection } from '../../../src/interfaces/http/docs/runbook.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { required } from '../../support/payment-examples.js';
import { silentLogger } from '../../support/postgres.js';
import { InMemoryInbox, KeptLog, PretendProjections } from '../http/in-memory-ports.js';

const quiet: OutboxTrouble = { parked: 0, failing: 0, oldest_due_ms: 0 };

const since = required(parseInstant('2026-03-01T10:00:00.000Z'));

const noRequests: OpenRequests = { open: 0, in_doubt: 0, contradicted: 0, oldest_seconds: 0 };

function checksWith(
  trouble: OutboxTrouble | Error,
  openRequests = noRequests,
  breakers: readonly BreakerStatus[] = [],
  stuck = 0,
  skews: Readonly<Record<string, number>> = {},
  logger: Logger = silentLogger,
  projections = new PretendProjections(),
) {
  return createHealthChecks({
    eventStore: new InMemoryEventStore(),
    projections,
    openRequests: async () => openRequests,
    stuck: async () => ({ stuck, oldest: stuck === 0 ? null : { id: 'pay_1', since } }),
    skews: async () => ({ ...skews }),
    logger,
    inbox: new InMemoryInbox(),
    breakers: { status: () => breakers },
    policies: { failures: async () => [] },
    notifications: {
      trouble: async () => {
        if (trouble instanceof Error) throw trouble;
        return trouble;
      },
    },
    writable: async () => undefined,
  });
}

describe('the health of what is called', () => {
  const checks = async (name: string, state: BreakerState) =>
    (await checksWith(quiet, noRequests, [{ name, state, since }]).payments()).checks;

  it('is bad while a breaker refuses calls, of the provider or of a store', async () => {
    expect(await checks('stripe_writes', 'open')).toMatchObject({
      provider: { healthy: false, detail: 'stripe_writes is open since 2026-03-01T10:00:00.000Z' },
      stores: { healthy: true },
    });
    expect(await checks('postgres_appends', 'open')).toMatchObject({
      provider: { healthy: true },
      stores: { healthy: false, detail: 'postgres_appends is open since 2026-03-01T10:00:00.000Z' },
    });
    expect(await checks('postgres_appends', 'half_open')).toMatchObject({ stores: { healthy: true } });
  });
});

describe('the health of the clock', () => {
  it('is bad when it is half a minute off, ahead or behind, which is logged once as an alert (F45)', async () => {
    const logger = new KeptLog();
    const skews: Record<string, number> = { postgres: 29_000, stripe: -29_000 };
    const checks = checksWith(quiet, noRequests, [], 0, skews, logger);
    const clock = async () => (await checks.payments()).checks['clock'];
    expect(await clock()).toEqual({
      healthy: true,
      detail: '29.0 s ahead of postgres, 29.0 s behind stripe',
    });
    expect(logger.lines).toEqual([]);
    for (const off of [600_000, -600_000]) {
      skews['stripe'] = off;
      expect(await clock()).toMatchObject({ healthy: false });
    }
    expect(logger.lines.map(({ fields }) => fields)).toEqual([
      { alert: true, ahead_ms: { postgres: 29_000, stripe: 600_000 } },
    ]);
  });
});

describe('the health of payments', () => {
  it('is bad while more than five are stuck', async () => {
    for (const [stuck, healthy] of [
      [5, true],
      [6, false],
    ] as const) {
      expect((await checksWith(quiet, noRequests, [], stuck).payments()).checks).toMatchObject({
        stuck_payments: {
          healthy,
          detail: `${stuck} have not moved on, pay_1 for longest, since 2026-03-01T10:00:00.000Z`,
        },
      });
    }
  });
});

describe('the health of read models', () => {
  it('has the lag of each of them, and names the slowest', async () => {
    const projections = new PretendProjections();
    const status = await projections.status();
    projections.status = async () =>
      status.map((one) => ({ ...one, lag_ms: one.name === 'ledger' ? 30_001 : 5 }));
    expect(
      (await checksWith(quiet, noRequests, [], 0, {}, silentLogger, projections).payments()).checks,
    ).toMatchObject({
      projections: {
        healthy: false,
        detail: 'ledger is 30001 ms behind',
        measured: { payments: 5, ledger: 30_001 },
      },
    });
  });
});

describe('the runbook', () => {
  it('has a section for each check and each rule of alerts, with what to do, and no others', async () => {
    const checks = checksWith(quiet);
    const names = [await checks.ready(), await checks.payments()].flatMap((report) =>
      Object.keys(report.checks),
    );
    const wanted = new Set([...names, ...alertRuleNames]);
    expect(wanted.size).toBeGreaterThan(15);
    for (const name of wanted) {
      expect([name, await runbookSection(name)]).toEqual([
        name,
        expect.stringMatching(/\*\*Means:.*\*\*Look at.*\*?\*?[Dd]o:/s),
      ]);
    }
    const titles = [...(await readRunbook()).matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(titles.sort()).toEqual([...wanted].sort());
  });
});

describe('the health of mails', () => {
  it('is good while they go out', async () => {
    expect(await checksWith({ ...quiet, oldest_due_ms: 60_000 }).payments()).toMatchObject({
      healthy: true,
      checks: { notifications: { healthy: true } },
    });
  });

  it.each([
    ['one was parked', { ...quiet, parked: 1 }, '1 parked in 24 h'],
    ['one fails again and again', { ...quiet, failing: 1 }, '1 tried three times or more'],
    ['nobody takes what is due', { ...quiet, oldest_due_ms: 16 * 60_000 }, 'the oldest due for 960 s'],
    ['the outbox cannot be asked', new Error('secret@example.com'), 'not reachable'],
  ])('is bad where %s, and says so without an address', async (_title, trouble, words) => {
    const report = await checksWith(trouble).payments();
    expect(report.healthy).toBe(false);
    expect(report.checks['notifications']).toEqual({
      healthy: false,
      detail: expect.stringContaining(words),
    });
    expect((await checksWith(trouble).ready()).healthy).toBe(true);
  });
});

describe('the health of requests to the provider', () => {
  it.each([
    ['good while they are young', { open: 3, in_doubt: 1, oldest_seconds: 900 }, true],
    ['bad once one has no outcome for longer', { open: 1, in_doubt: 1, oldest_seconds: 901 }, false],
    [
      'bad at once when an answer tells against the history',
      { open: 1, in_doubt: 1, contradicted: 1 },
      false,
    ],
  ])('is %s', async (_title, counted, healthy) => {
    const { checks } = await checksWith(quiet, { ...noRequests, ...counted }).payments();
    expect(checks['open_requests']).toEqual({
      healthy,
      detail: expect.stringContaining(`${counted.open} open`),
    });
  });
});
