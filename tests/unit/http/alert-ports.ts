import type { Container } from 'inversify';
import { alertCodec } from '../../../src/application/alert/alert.codec.js';
import { createAlerts } from '../../../src/application/alert/alerts.js';
import type { Measured } from '../../../src/application/alert/measure-rules.js';
import type { AlertQueries, AlertRow } from '../../../src/application/ports/alerts.js';
import type { EventStore } from '../../../src/application/ports/event-store.js';
import { createCommandHandler } from '../../../src/application/shared/command-handler.js';
import { alert, settingOf } from '../../../src/domain/alert/alert.js';
import type { AlertRuleName } from '../../../src/domain/alert/alert-rules.js';
import { alertRuleNames } from '../../../src/domain/alert/alert-rules.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import { KeptLog } from './in-memory-ports.js';

/** What is measured from now on; a rule that is not named measures nothing. */
export type Measuring = { of: Partial<Record<AlertRuleName, Measured>> };

export function bindAlerts(container: Container, eventStore: EventStore): Measuring {
  const measuring: Measuring = { of: {} };
  const handler = createCommandHandler({
    ...{ eventStore, decider: alert, codec: alertCodec, category: 'alertRule' },
  });
  const measureOf = (rule: AlertRuleName) => async () =>
    measuring.of[rule] ?? { value: 0, sample: 0, excluded: 0 };
  container.bind(httpTokens.alerts).toConstantValue(
    createAlerts({
      ...{ handler, clock: systemClock, logger: new KeptLog() },
      measures: Object.fromEntries(alertRuleNames.map((rule) => [rule, measureOf(rule)])) as never,
    }),
  );
  const rows = async (): Promise<readonly AlertRow[]> => {
    const open: AlertRow[] = [];
    for (const rule of alertRuleNames) {
      const { state, revision } = await handler.load(rule);
      if (state.status !== 'open') continue;
      const { alertId: id, value, sample, since, acknowledgedAt } = state;
      open.push({
        ...{ id, rule, status: 'open', value, sample, opened_at: since },
        threshold: settingOf(rule, state).openAt,
        ...{ acknowledged_at: acknowledgedAt, closed_at: null, revision: revision ?? 0n },
      });
    }
    return open;
  };
  container.bind(httpTokens.alertQueries).toConstantValue({
    list: async () => ({ rows: await rows(), hasMore: false }),
    find: async (id) => (await rows()).find((row) => row.id === id),
  } satisfies AlertQueries);
  container.bind(httpTokens.healthHistory).toConstantValue({
    keep: async () => undefined,
    list: async () => ({
      rows: [
        {
          id: '7',
          at: systemClock.now(),
          healthy: false,
          checks: { projections: { healthy: false, detail: 'late' } },
        },
      ],
      hasMore: false,
    }),
    prune: async () => 0,
  });
  return measuring;
}
