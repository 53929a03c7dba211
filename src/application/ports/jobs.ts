import type { Instant } from '../../domain/shared/instant.js';

/** What one run did, in numbers. */
export type JobReport = Readonly<Record<string, number>>;

export type JobStatus = {
  readonly name: string;
  readonly due_at: Instant;
  readonly running: boolean;
  readonly last_started_at: Instant | null;
  readonly last_finished_at: Instant | null;
  /** Of the run that finished last, or as far as the running one has got. */
  readonly report: JobReport | null;
  readonly last_error: string | null;
};

/** One run of a job, in the hands of one process. */
export type JobRun = {
  readonly name: string;
  /** Greater with each run; the store refuses what an earlier run's process still writes. */
  readonly fencingToken: bigint;
  /** When the last run began that met no error, which looked no further than that; null when there was none. */
  readonly lastGoodStartedAt: Instant | null;
};

/** Work that one process does for all, now and then. */
export interface Jobs {
  /** Names a job, to be run at once for the first time; changes nothing for one that is known. */
  define(name: string): Promise<void>;
  list(): Promise<readonly JobStatus[]>;
  /** Makes a job due now; false when there is none of that name. */
  request(name: string): Promise<boolean>;
  /** Takes a job that is due and in nobody's hands, for `leaseMs`; undefined when it is not. */
  claim(name: string, leaseMs: number): Promise<JobRun | undefined>;
  /** Keeps the run for another `leaseMs` and notes how far it is; false when the run has passed to another process. */
  progress(run: JobRun, report: JobReport, leaseMs: number): Promise<boolean>;
  /** Ends the run, to be due again in `nextInMs`; false, and nothing is noted, when it has passed to another process. */
  finish(run: JobRun, result: JobResult, nextInMs: number): Promise<boolean>;
}

export type JobResult = { readonly report: JobReport } | { readonly error: string };
