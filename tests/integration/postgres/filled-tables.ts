import type pg from 'pg';

/** So many rows belong to each customer: one in many, as in a business of some age. */
const perParent = 20;

/** By the name of a column: what `n` of `count` rows has in it. All else follows from the column's type. */
const byName: Readonly<Record<string, (count: number) => string>> = {
  currency: () => "(array['USD', 'USD', 'USD', 'EUR', 'JPY'])[n % 5 + 1]",
  customer: (count) => `'cus_' || n % ${Math.ceil(count / perParent)}`,
  customer_id: (count) => `'cus_' || n % ${Math.ceil(count / perParent)}`,
  invoice: (count) => `'inv_' || n % ${Math.ceil(count / 2)}`,
  order: (count) => `'ord_' || n % ${Math.ceil(count / 2)}`,
  payment: (count) => `'pay_' || n % ${Math.ceil(count / 2)}`,
  user_id: () => "'usr_' || n % 50",
  account: () => "(array['bank', 'processor_balance', 'revenue', 'customer_credit'])[n % 4 + 1]",
  kind: () => "(array['receipt', 'invoice_sent', 'refund_sent', 'reminder'])[n % 4 + 1]",
};

type Column = { readonly name: string; readonly type: string };

function filling({ name, type }: Column, count: number): string {
  const named = byName[name]?.(count);
  if (named !== undefined) return named;
  switch (type) {
    case 'text':
    case 'character varying':
      return name === 'id' ? "'id_' || n" : `'${name}_' || n`;
    case 'bigint':
    case 'integer':
    case 'smallint':
    case 'numeric':
      return type === 'bigint' ? 'n' : 'n % 100';
    case 'boolean':
      return 'n % 100 = 0';
    case 'timestamp with time zone':
      return "now() - n * interval '1 minute'";
    case 'date':
      return 'current_date - n % 700';
    case 'uuid':
      return 'md5(n::text)::uuid';
    case 'bytea':
      return "sha256(convert_to(n::text, 'UTF8'))";
    case 'ARRAY':
      return "'{}'";
    case 'json':
    case 'jsonb':
      return "'{}'";
    default:
      throw new TypeError(`nothing is known to put into ${name} ${type}`);
  }
}

/**
 * Puts so many rows into a table, in lots, newest first by time.
 * @param own SQL for single columns, of `n`, which goes from 1 to `count`
 */
export async function fill(
  pool: pg.Pool,
  table: string,
  count: number,
  own: Readonly<Record<string, string>> = {},
): Promise<void> {
  const [schema, name] = table.split('.');
  const { rows: columns } = await pool.query<Column>(
    `select column_name as name, data_type as type from information_schema.columns
     where table_schema = $1 and table_name = $2 and is_generated = 'NEVER' and is_identity = 'NO'
     order by ordinal_position`,
    [schema, name],
  );
  if (columns.length === 0) throw new TypeError(`there is no table ${table}`);
  const missing = Object.keys(own).filter((each) => columns.every((column) => column.name !== each));
  if (missing.length > 0) throw new TypeError(`${table} has no ${missing.join(', ')}`);
  const values = columns.map((column) => own[column.name] ?? filling(column, count));
  const client = await pool.connect();
  try {
    // Each table stands for itself: what it points at is not there.
    await client.query("set session_replication_role = 'replica'; set statement_timeout = 0");
    const lot = 50_000;
    for (let first = 1; first <= count; first += lot) {
      await client.query(
        `insert into ${table} (${columns.map((column) => `"${column.name}"`).join(', ')})
         select ${values.join(', ')} from generate_series(${first}, ${Math.min(first + lot - 1, count)}) n`,
      );
    }
    await client.query(`vacuum (analyze) ${table}`);
  } finally {
    client.release(true);
  }
}
