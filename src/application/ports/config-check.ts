/** One thing that was looked at; `mend` says what to do where it is not ok. */
export type ConfigFinding = {
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail';
  /** In words, without any secret. */
  readonly detail: string;
  readonly mend: string | null;
};

/** The deployment as a whole: `fail` when any finding fails. */
export type ConfigReport = {
  readonly mode: 'demo' | 'test' | 'live';
  readonly status: 'ok' | 'warn' | 'fail';
  readonly checks: readonly ConfigFinding[];
};
