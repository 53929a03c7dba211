import type { Pool } from 'pg';
import type { ReplayReport } from '../../application/ports/read-models.js';
import type { Instant } from '../../domain/shared/instant.js';
import { parseInstant } from '../../domain/shared/instant.js';
import { jsonOf } from '../postgres/json-of.js';

/** Keeps a rebuild's report for the auditor. */
export async function saveReplay(pool: Pool, report: ReplayReport): Promise<void> {
  await pool.query(
    'insert into counterfoil.replays (id, projection, report, finished_at) values ($1, $2, $3, $4)',
    [report.id, report.projection, jsonOf(report), report.finished_at],
  );
}

type StoredReport = Omit<ReplayReport, 'position' | 'events' | 'rows_compared' | 'difference_count'> & {
  readonly position: string;
  readonly events: string;
  readonly rows_compared: string;
  readonly difference_count: string;
};

export async function findReplay(pool: Pool, id: string): Promise<ReplayReport | undefined> {
  const { rows } = await pool.query<{ report: StoredReport }>(
    'select report from counterfoil.replays where id = $1',
    [id],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  return {
    ...row.report,
    position: BigInt(row.report.position),
    events: BigInt(row.report.events),
    rows_compared: BigInt(row.report.rows_compared),
    difference_count: BigInt(row.report.difference_count),
  };
}

export function instantOf(milliseconds: number): Instant {
  const instant = parseInstant(new Date(milliseconds).toISOString());
  if (instant === undefined) throw new RangeError(`${milliseconds} is not a time`);
  return instant;
}
