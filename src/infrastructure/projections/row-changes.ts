/** Column values; objects are for json columns. */
type ColumnValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | { readonly [name: string]: string | number | boolean | null };

export type Row = Readonly<Record<string, ColumnValue>>;

/**
 * What an event does to one row, found by its primary key. An update must find its row, and may set columns and add to
 * columns. `add` asks an earlier insert of the same row to have named the column.
 */
export type RowChange =
  | { readonly change: 'insert'; readonly table: string; readonly row: Row }
  | {
      readonly change: 'update';
      readonly table: string;
      readonly key: Row;
      readonly set: Row;
      readonly add: Readonly<Record<string, bigint>>;
    }
  | { readonly change: 'remove'; readonly table: string; readonly key: Row };

export type SqlValue = string | number | bigint | boolean | null;
export type SqlStatement = { readonly text: string; readonly values: readonly SqlValue[] };

/** Tables of a projection in the order in which rows are inserted, each with the columns of its primary key. */
export type Tables = Readonly<Record<string, readonly string[]>>;

export function insert(table: string, row: Row): RowChange {
  return { change: 'insert', table, row };
}

export function update(
  table: string,
  key: Row,
  set: Row,
  add: Readonly<Record<string, bigint>> = {},
): RowChange {
  return { change: 'update', table, key, set, add };
}

export function remove(table: string, key: Row): RowChange {
  return { change: 'remove', table, key };
}

/** All that a batch does to one row: it is removed first where it stood before, then inserted or updated. */
type Net = {
  readonly key: Row;
  removed: boolean;
  inserted: Columns | undefined;
  set: Columns;
  add: Sums;
};
type Columns = Record<string, ColumnValue>;
type Sums = Record<string, bigint>;

/**
 * The statements for all changes of a batch, one per table and set of columns however many rows there are. Changes of one
 * row are put together first, so that a row which many events touch is written once.
 */
export function statementsFor(tables: Tables, changes: readonly RowChange[]): readonly SqlStatement[] {
  const byTable = new Map<string, Map<string, Net>>(Object.keys(tables).map((table) => [table, new Map()]));
  for (const change of changes) {
    const rows = byTable.get(change.table);
    const keyColumns = tables[change.table];
    if (rows === undefined || keyColumns === undefined) throw new TypeError(`no table ${change.table}`);
    fold(netOf(rows, change, keyColumns), change);
  }
  const removals: SqlStatement[] = [];
  const writes: SqlStatement[] = [];
  for (const [table, rows] of byTable) {
    const nets = [...rows.values()];
    removals.unshift(...removalsOf(table, nets));
    writes.push(...insertsOf(table, nets), ...updatesOf(table, nets));
  }
  return [...removals, ...writes];
}

/** What the batch does to the row of this change so far. */
function netOf(rows: Map<string, Net>, change: RowChange, keyColumns: readonly string[]): Net {
  const row = change.change === 'insert' ? change.row : change.key;
  const key: Columns = {};
  let name = '';
  for (const column of keyColumns) {
    const value = row[column];
    if (value === undefined || value === null)
      throw new TypeError(`${change.table}.${column} is the key, and missing`);
    key[column] = value;
    // No text in Postgres holds U+0000, so no two keys have one name.
    name += `${value}\0`;
  }
  const known = rows.get(name);
  if (known !== undefined) return known;
  const net: Net = { key, removed: false, inserted: undefined, set: {}, add: {} };
  rows.set(name, net);
  return net;
}

function fold(net: Net, change: RowChange): void {
  switch (change.change) {
    case 'insert':
      if (net.inserted !== undefined) throw new TypeError(`${change.table}: a row is inserted twice`);
      net.inserted = { ...change.row };
      return;
    case 'remove':
      // What was inserted within the batch was never there; what stood there before is.
      net.removed ||= net.inserted === undefined;
      net.inserted = undefined;
      net.set = {};
      net.add = {};
      return;
    case 'update':
      if (net.inserted !== undefined) {
        Object.assign(net.inserted, change.set);
        addTo(net.inserted, change.add, change.table);
        return;
      }
      if (net.removed) throw new TypeError(`${change.table}: a row is updated after its removal`);
      foldUpdate(net, change.set, change.add);
  }
}

function foldUpdate(net: Net, set: Row, add: Readonly<Sums>): void {
  Object.assign(net.set, set);
  for (const column of Object.keys(net.add)) if (Object.hasOwn(set, column)) delete net.add[column];
  for (const [column, amount] of Object.entries(add)) {
    const known = net.set[column];
    if (typeof known === 'bigint') net.set[column] = known + amount;
    else net.add[column] = (net.add[column] ?? 0n) + amount;
  }
}

function addTo(row: Columns, add: Readonly<Sums>, table: string): void {
  for (const [column, amount] of Object.entries(add)) {
    const known = row[column];
    if (typeof known !== 'bigint') throw new TypeError(`${table}.${column} is added to but was not inserted`);
    row[column] = known + amount;
  }
}

const quote = (column: string): string => `"${column}"`;
/** Rows travel as one JSON parameter, and Postgres reads them as rows of the table itself. */
const rowsOf = (table: string): string => `json_populate_recordset(null::${quote(table)}, $1::json) as given`;
const sameKey = (key: Row): string =>
  Object.keys(key)
    .map((column) => `stored.${quote(column)} = given.${quote(column)}`)
    .join(' and ');

function removalsOf(table: string, nets: readonly Net[]): readonly SqlStatement[] {
  return grouped(
    nets.filter(({ removed }) => removed),
    ({ key }) => Object.keys(key),
  ).map((group) => ({
    text: `delete from ${quote(table)} stored using ${rowsOf(table)} where ${sameKey(group.first.key)}`,
    values: [toJson(group.all.map(({ key }) => key))],
  }));
}

function insertsOf(table: string, nets: readonly Net[]): readonly SqlStatement[] {
  const rows = nets.flatMap(({ inserted }) => (inserted === undefined ? [] : [inserted]));
  return grouped(rows, (row) => Object.keys(row)).map(({ columns, all }) => {
    const names = columns.map(quote).join(', ');
    return {
      text: `insert into ${quote(table)} (${names}) select ${names} from ${rowsOf(table)}`,
      values: [toJson(all)],
    };
  });
}

function updatesOf(table: string, nets: readonly Net[]): readonly SqlStatement[] {
  const updated = nets.filter(
    ({ inserted, set, add }) =>
      inserted === undefined && Object.keys(set).length + Object.keys(add).length > 0,
  );
  return grouped(updated, ({ set, add }) => [
    ...Object.keys(set),
    ...Object.keys(add).map((column) => `+${column}`),
  ]).map(({ columns, all, first }) => {
    const assignments = columns.map((column) => {
      if (!column.startsWith('+')) return `${quote(column)} = given.${quote(column)}`;
      const name = quote(column.slice(1));
      return `${name} = stored.${name} + given.${name}`;
    });
    return {
      // A row that is not there is a mistake of the projection, or of the log: never passed over.
      text: `with changed as (
               update ${quote(table)} stored set ${assignments.join(', ')}
               from ${rowsOf(table)} where ${sameKey(first.key)} returning 1
             ) select counterfoil.expect_rows('${table}', count(*), $2) from changed`,
      values: [toJson(all.map(({ key, set, add }) => ({ ...key, ...set, ...add }))), all.length],
    };
  });
}

type Group<T> = { readonly columns: readonly string[]; readonly first: T; readonly all: T[] };

/** Rows with the same columns, in the same order of columns whatever order they were named in. */
function grouped<T>(items: readonly T[], columnsOf: (item: T) => readonly string[]): readonly Group<T>[] {
  const groups = new Map<string, Group<T>>();
  // Nearly all rows name their columns in one order, which is sorted once.
  const asNamed = new Map<string, Group<T>>();
  for (const item of items) {
    const columns = columnsOf(item);
    const named = columns.join();
    let group = asNamed.get(named);
    if (group === undefined) {
      const sorted = [...columns].sort();
      group = groups.get(sorted.join()) ?? { columns: sorted, first: item, all: [] };
      groups.set(sorted.join(), group);
      asNamed.set(named, group);
    }
    group.all.push(item);
  }
  return [...groups.values()];
}

/** JSON readers round large numbers, Postgres' among them; it reads text as well. */
function toJson(rows: readonly Row[]): string {
  return JSON.stringify(rows.map(bigintsAsText));
}

function bigintsAsText(row: Row): Row {
  const plain: Columns = {};
  for (const [column, value] of Object.entries(row)) {
    plain[column] = typeof value === 'bigint' ? value.toString() : value;
  }
  return plain;
}
