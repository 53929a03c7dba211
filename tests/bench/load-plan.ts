/** What to send, to whom: every request of a load differs, so they are made before the clock starts. */
export type LoadPlan = {
  readonly port: number;
  readonly connections: number;
  readonly requests: number;
  /** Status that every answer must have. */
  readonly expectedStatus: number;
  readonly content:
    | {
        readonly kind: 'webhook';
        readonly secret: string;
        /** A real body; its ids are replaced by new ones of the same length. */
        readonly body: string;
        readonly ids: readonly string[];
      }
    | { readonly kind: 'payment'; readonly apiKey: string; readonly body: string };
};

export type LoadReport = {
  readonly perSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
};
