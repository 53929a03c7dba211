import { ContainerModule } from 'inversify';
import { collectionTasks } from '../application/collection/collection-agenda.js';
import { createExpiryTask, expiryKind } from '../application/credit/credit-agenda.js';
import { createInvoiceTasks } from '../application/invoice/invoice-tasks.js';
import { createPlanTasks } from '../application/plan/plan-tasks.js';
import type { AgendaTasks } from '../application/shared/agenda.js';
import { PostgresPolicyProgress } from '../infrastructure/postgres/policy-progress.js';
import { PostgresAgenda } from '../infrastructure/read-models/agenda.js';
import { httpTokens } from '../interfaces/http/http-tokens.js';
import { createAgendaWorker } from '../interfaces/worker/agenda-worker.js';
import { createPolicyWorker } from '../interfaces/worker/policy-worker.js';
import { createWakeUp } from '../interfaces/worker/wake-up.js';
import { tokens } from './tokens.js';

/** What happens by itself: what falls due, and what follows in one module from the facts of another. */
export const processesModule = new ContainerModule(({ bind }) => {
  bind(tokens.agenda).toResolvedValue((pool) => new PostgresAgenda(pool), [tokens.pool]);
  bind(tokens.agendaWorker).toResolvedValue(
    (agenda, clock, logger, planHandler, creditHandler, eventStore, invoices, handler, runner) => {
      const tasks: AgendaTasks = {
        ...createPlanTasks({ handler: planHandler, clock }),
        [expiryKind]: createExpiryTask({ handler: creditHandler, clock }),
        ...createInvoiceTasks({ eventStore, invoices }),
        ...collectionTasks({ handler, runner, clock }),
      };
      return createAgendaWorker({ agenda, tasks, clock, logger, wakeUp: createWakeUp() });
    },
    [
      tokens.agenda,
      httpTokens.clock,
      tokens.logger,
      httpTokens.planHandler,
      httpTokens.creditHandler,
      httpTokens.eventStore,
      httpTokens.invoiceOperations,
      httpTokens.collectionHandler,
      tokens.recordingRunner,
    ],
  );
  bind(httpTokens.policyProgress).toResolvedValue((pool) => new PostgresPolicyProgress(pool), [tokens.pool]);
  bind(tokens.policyWorker).toResolvedValue(
    (policies, notices, projections, eventStore, progress, leases, logger) =>
      createPolicyWorker({
        ...{ eventStore, progress, leases, logger },
        policies: [...policies, ...notices],
        log: projections.log,
      }),
    [
      tokens.policies,
      tokens.noticePolicies,
      tokens.postgresProjections,
      httpTokens.eventStore,
      httpTokens.policyProgress,
      tokens.leases,
      tokens.logger,
    ],
  );
});
