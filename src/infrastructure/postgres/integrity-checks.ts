import type { Pool } from 'pg';
import type {
  IntegrityCheckRow,
  IntegrityChecks,
  IntegrityFinding,
  IntegrityResult,
} from '../../application/ports/integrity-checks.js';
import { Conditions, keysetPage } from '../read-models/keyset-page.js';
import { jsonOf } from './json-of.js';

const columns = 'id, requested_by, reason, created_at, finished_at, result';

/** JSON has no integers of 64 bits, so they are kept as text. */
type StoredFinding = Omit<IntegrityFinding, 'position'> & { readonly position: string | null };
type StoredResult = {
  readonly [K in keyof IntegrityResult]: K extends 'findings' ? readonly StoredFinding[] : string;
};
type StoredRow = Omit<IntegrityCheckRow, 'result'> & { readonly result: StoredResult | null };

export class PostgresIntegrityChecks implements IntegrityChecks {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async ask({ id, requested_by: by, reason }: Parameters<IntegrityChecks['ask']>[0]) {
    // A repeat of the same request asks for the same check.
    await this.#pool.query(
      'insert into counterfoil.integrity_checks (id, requested_by, reason) values ($1, $2, $3) on conflict do nothing',
      [id, by, reason],
    );
    const asked = await this.find(id);
    if (asked === undefined) throw new Error(`the check ${id} was not kept`);
    return asked;
  }

  async nextPending(): Promise<string | undefined> {
    const { rows } = await this.#pool.query<{ id: string }>(
      'select id from counterfoil.integrity_checks where finished_at is null order by created_at limit 1',
    );
    return rows[0]?.id;
  }

  async finish(id: string, result: IntegrityResult): Promise<void> {
    await this.#pool.query(
      `update counterfoil.integrity_checks set result = $2, finished_at = clock_timestamp()
       where id = $1 and finished_at is null`,
      [id, jsonOf(result)],
    );
  }

  async find(id: string): Promise<IntegrityCheckRow | undefined> {
    const { rows } = await this.#pool.query<StoredRow>(
      `select ${columns} from counterfoil.integrity_checks where id = $1`,
      [id],
    );
    return rows[0] && checkOf(rows[0]);
  }

  async list(page: Parameters<IntegrityChecks['list']>[0]): ReturnType<IntegrityChecks['list']> {
    const found = await keysetPage<StoredRow>(this.#pool, {
      select: `select ${columns} from counterfoil.integrity_checks`,
      order: ['created_at', 'id'],
      cursor: '(select created_at, id from counterfoil.integrity_checks where id = $)',
      conditions: new Conditions(),
      page,
    });
    return { ...found, rows: found.rows.map(checkOf) };
  }
}

function checkOf({ result, ...row }: StoredRow): IntegrityCheckRow {
  return { ...row, result: result && resultOf(result) };
}

function resultOf({
  position,
  events,
  entries,
  finding_count: count,
  findings,
}: StoredResult): IntegrityResult {
  return {
    position: BigInt(position),
    events: BigInt(events),
    entries: BigInt(entries),
    finding_count: BigInt(count),
    findings: findings.map(({ position: at, ...finding }) => ({
      ...finding,
      position: at === null ? null : BigInt(at),
    })),
  };
}
