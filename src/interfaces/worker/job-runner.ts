import type { JobReport, JobRun, Jobs } from '../../application/ports/jobs.js';
import type { Logger } from '../../application/ports/logger.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { WakeUp } from './wake-up.js';
import type { Worker } from './work-loop.js';
import { createWorkLoop } from './work-loop.js';

/**
 * Work that runs now and then, in one process at a time.
 * @param proceed is told how far the run is; once it answers false, the run is another process' and this one must end
 */
export type Job = {
  readonly name: string;
  readonly everyMs: number;
  run(
    proceed: (report: JobReport) => Promise<boolean>,
    lastGoodStartedAt: Instant | null,
  ): Promise<JobReport>;
};

/** A run says how it stands more often than this; a process that died leaves its run to others after it. */
const leaseMs = 60_000;
const retryAfterErrorMs = 5 * 60_000;

/** Runs each job when it is due, unless another process is at it. */
export function createJobRunner(parts: {
  readonly jobs: Jobs;
  readonly all: readonly Job[];
  readonly logger: Logger;
  readonly wakeUp: WakeUp;
  readonly pollMs?: number;
}): Worker {
  const { jobs, all, logger, wakeUp, pollMs = 2_000 } = parts;
  let defined = false;
  let turn = 0;

  /** One at a time, in turn: after a start all are due, and would need a connection at the same moment. */
  async function claim(): Promise<readonly { readonly job: Job; readonly run: JobRun }[]> {
    if (!defined) for (const { name } of all) await jobs.define(name);
    defined = true;
    for (const job of [...all.slice(turn), ...all.slice(0, turn)]) {
      const run = await jobs.claim(job.name, leaseMs);
      if (run === undefined) continue;
      turn = all.indexOf(job) + 1;
      return [{ job, run }];
    }
    return [];
  }

  async function handle({ job, run }: { readonly job: Job; readonly run: JobRun }): Promise<void> {
    const about = { job: job.name, run: run.fencingToken };
    let noted: boolean;
    try {
      const report = await job.run((soFar) => jobs.progress(run, soFar, leaseMs), run.lastGoodStartedAt);
      noted = await jobs.finish(run, { report }, job.everyMs);
      logger.info({ ...about, report }, 'a job is done');
    } catch (error) {
      logger.error({ ...about, err: error }, 'a job failed');
      const message = error instanceof Error ? error.message : String(error);
      noted = await jobs.finish(run, { error: message }, Math.min(job.everyMs, retryAfterErrorMs));
    }
    if (!noted) logger.warn(about, 'a stale run was refused: another process took the job over');
  }

  const concurrency = all.length;
  return createWorkLoop({ name: 'jobs', concurrency, pollMs, wakeUp, logger, claim, handle });
}
