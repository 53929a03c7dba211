import type { BenchCluster } from './bench-cluster.js';
import type { LoadPlan, LoadReport } from './load-plan.js';

/** How much work each round does; `quick` only shows that a bench works. */
export type Effort = {
  readonly quick: boolean;
  readonly rounds: number;
  /** Length of a round that is measured by time. */
  readonly roundMs: number;
};

export type BenchContext = {
  readonly cluster: BenchCluster;
  readonly effort: Effort;
  /** Sends one load from a process of its own. */
  readonly sendLoad: (plan: LoadPlan) => Promise<LoadReport>;
  /** Shows progress to whoever waits. */
  readonly say: (message: string) => void;
};

/** A target of the ratio, product to floor. */
export type Target =
  | { readonly kind: 'at_least'; readonly ratio: number }
  | { readonly kind: 'at_most'; readonly ratio: number }
  /** Shown beside the others, with nothing to reach. */
  | { readonly kind: 'none' };

/** One line of the report: the same quantity of the product and of its floor, a value per round each. */
export type Figure = {
  readonly path: string;
  readonly unit: string;
  readonly floorName: string;
  readonly floor: readonly number[];
  readonly product: readonly number[];
  readonly target: Target;
};

/** What a bench found, and in plain words what it measured. */
export type BenchResult = {
  readonly figures: readonly Figure[];
  readonly notes: readonly string[];
  /** What the figures are the worst of. */
  readonly table?: PlainTable;
};

export type PlainTable = {
  readonly title: string;
  readonly heading: readonly string[];
  readonly rows: readonly (readonly string[])[];
};

export type Bench = {
  readonly name: string;
  readonly run: (context: BenchContext) => Promise<BenchResult>;
};
