import type { RowChange, SqlStatement, SqlValue } from '../../src/infrastructure/projections/row-changes.js';

/** The statement that somebody would write by hand for one change of one row. */
export function plainStatement(change: RowChange): SqlStatement {
  const values: SqlValue[] = [];
  const value = (given: RowChangeValue): string => {
    values.push(typeof given === 'object' && given !== null ? JSON.stringify(given) : given);
    return `$${values.length}`;
  };
  const where = (key: Readonly<Record<string, RowChangeValue>>): string =>
    Object.entries(key)
      .map(([column, given]) => `"${column}" = ${value(given)}`)
      .join(' and ');
  switch (change.change) {
    case 'insert': {
      const columns = Object.keys(change.row).map((column) => `"${column}"`);
      const places = Object.values(change.row).map(value);
      const text = `insert into ${change.table} (${columns.join(', ')}) values (${places.join(', ')})`;
      return { text, values };
    }
    case 'update': {
      const assignments = [
        ...Object.entries(change.set).map(([column, given]) => `"${column}" = ${value(given)}`),
        ...Object.entries(change.add).map(([column, given]) => `"${column}" = "${column}" + ${value(given)}`),
      ];
      const text = `update ${change.table} set ${assignments.join(', ')} where ${where(change.key)}`;
      return { text, values };
    }
    case 'remove':
      return { text: `delete from ${change.table} where ${where(change.key)}`, values };
  }
}

type RowChangeValue = Extract<RowChange, { change: 'insert' }>['row'][string];
