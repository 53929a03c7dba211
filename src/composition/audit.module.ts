import { ContainerModule } from 'inversify';
import { auditedCategories } from '../application/audit/audited-categories.js';
import { createPendingIntegrityChecks } from '../application/audit/pending-integrity-checks.js';
import { PostgresEventStore } from '../infrastructure/event-store/postgres-event-store.js';
import { createExportSigner } from '../infrastructure/export-signer.js';
import { PostgresIntegrityChecks } from '../infrastructure/postgres/integrity-checks.js';
import { PostgresLedgerSums } from '../infrastructure/read-models/ledger-sums.js';
import { httpTokens } from '../interfaces/http/http-tokens.js';
import { tokens } from './tokens.js';

/** What auditors have checked. */
export const auditModule = new ContainerModule(({ bind }) => {
  bind(httpTokens.integrityChecks).toResolvedValue(
    (pool) => new PostgresIntegrityChecks(pool),
    [tokens.pool],
  );
  bind(httpTokens.exportSigner).toResolvedValue(
    ({ secretKey }) => createExportSigner(secretKey),
    [tokens.surroundings],
  );
  bind(tokens.runIntegrityChecks).toResolvedValue(
    (checks, eventStore, projections, pool) =>
      createPendingIntegrityChecks({
        ...{ checks, eventStore, projections, categories: auditedCategories },
        ledger: new PostgresLedgerSums(pool),
        positionsWithoutGaps: eventStore instanceof PostgresEventStore,
      }),
    [httpTokens.integrityChecks, httpTokens.eventStore, httpTokens.projections, tokens.pool],
  );
});
