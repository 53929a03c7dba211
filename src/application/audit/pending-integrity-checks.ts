import { setTimeout as sleep } from 'node:timers/promises';
import type { IntegrityChecks } from '../ports/integrity-checks.js';
import type { JobReport } from '../ports/jobs.js';
import type { IntegrityParts } from './integrity-check.js';
import { checkIntegrity } from './integrity-check.js';

/** Less than a job's lease: a read model may take longer to build than that. */
const everyMs = 15_000;

/** A job that carries out the checks that were asked for, one after the other; one that was given up is begun anew. */
export function createPendingIntegrityChecks({
  checks,
  ...parts
}: IntegrityParts & { readonly checks: Pick<IntegrityChecks, 'nextPending' | 'finish'> }) {
  return async (proceed: (report: JobReport) => Promise<boolean>): Promise<JobReport> => {
    const report = { checks: 0, events: 0, findings: 0 };
    for (;;) {
      const id = await checks.nextPending();
      if (id === undefined) return report;
      const result = await keptAlive(
        checkIntegrity(parts, (events) => proceed({ ...report, events: Number(events) })),
        () => proceed(report),
      );
      if (result === undefined) return report;
      await checks.finish(id, result);
      report.checks += 1;
      report.events = Number(result.events);
      report.findings += Number(result.finding_count);
    }
  };
}

/** Says now and then that the work is still under way. */
async function keptAlive<T>(work: Promise<T>, say: () => Promise<unknown>): Promise<T> {
  const over = new AbortController();
  const saying = (async () => {
    for (;;) {
      await sleep(everyMs, undefined, { signal: over.signal });
      await say();
    }
  })().catch(() => undefined);
  try {
    return await work;
  } finally {
    over.abort();
    await saying;
  }
}
