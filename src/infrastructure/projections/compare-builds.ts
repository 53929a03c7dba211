import type { ClientBase } from 'pg';
import type { ReplayDifference } from '../../application/ports/read-models.js';
import type { Build } from './builds.js';
import type { Projection } from './projection.js';

export type Comparison = {
  readonly rows: bigint;
  readonly differenceCount: bigint;
  readonly differences: readonly ReplayDifference[];
};

const differencesMax = 100;

/** Comparisons of large tables take as long as they take: the pool's own limit does not hold. */
export const patiently = { queryTimeoutMs: 24 * 60 * 60 * 1_000 };

/**
 * Compares two builds of a projection row by row and column by column, in both directions. A build of another version
 * may have other columns; those that both have are compared.
 */
export async function compareBuilds(
  client: ClientBase,
  projection: Projection,
  live: Build,
  rebuilt: Build,
): Promise<Comparison> {
  let rows = 0n;
  let differenceCount = 0n;
  const differences: ReplayDifference[] = [];
  for (const [table, key] of Object.entries(projection.tables)) {
    const joined = await joinOf(client, table, key, live, rebuilt);
    if (joined === undefined) continue;
    const counts = await client.query<{ rows: bigint; differing: bigint }>({
      text: `select count(*) as rows, count(*) filter (where ${joined.differs}) as differing from ${joined.from}`,
      ...patiently,
    });
    const [{ rows: tableRows, differing } = { rows: 0n, differing: 0n }] = counts.rows;
    rows += tableRows;
    differenceCount += differing;
    if (differing > 0n && differences.length < differencesMax) {
      differences.push(...(await differencesOf(client, table, joined, differencesMax - differences.length)));
    }
  }
  return { rows, differenceCount, differences };
}

type Joined = { readonly from: string; readonly differs: string; readonly key: string };

/** Undefined when one of the builds does not have the table or its key. */
async function joinOf(
  client: ClientBase,
  table: string,
  key: readonly string[],
  live: Build,
  rebuilt: Build,
): Promise<Joined | undefined> {
  const { rows } = await client.query<{ name: string }>(
    `select quote_ident(a.attname) as name
     from pg_attribute a
       join pg_attribute b on b.attname = a.attname and b.attnum > 0 and not b.attisdropped
     where a.attrelid = to_regclass($1) and b.attrelid = to_regclass($2) and a.attnum > 0 and not a.attisdropped
     order by a.attnum`,
    [`${live.schema}.${table}`, `${rebuilt.schema}.${table}`],
  );
  const columns = rows.map(({ name }) => name);
  if (!key.every((column) => columns.includes(column))) return undefined;
  const side = (alias: string): string => `row(${columns.map((column) => `${alias}.${column}`).join(', ')})`;
  return {
    from: `${live.schema}.${table} l full join ${rebuilt.schema}.${table} r using (${key.join(', ')})`,
    // A missing side is a row of nulls, which no row with a primary key equals.
    differs: `${side('l')} is distinct from ${side('r')}`,
    key: key.map((column) => `${column}::text`).join(', '),
  };
}

async function differencesOf(
  client: ClientBase,
  table: string,
  { from, differs, key }: Joined,
  limit: number,
): Promise<readonly ReplayDifference[]> {
  const { rows } = await client.query<Omit<ReplayDifference, 'table'>>({
    text: `select concat_ws('/', ${key}) as key,
       case when l is null then null else to_jsonb(l) end as live,
       case when r is null then null else to_jsonb(r) end as rebuilt
     from ${from} where ${differs} order by 1 limit ${limit}`,
    ...patiently,
  });
  return rows.map((row) => ({ table, ...row }));
}
