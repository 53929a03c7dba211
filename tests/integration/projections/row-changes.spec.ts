import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Row, RowChange } from '../../../src/infrastructure/projections/row-changes.js';
import {
  insert,
  remove,
  statementsFor,
  update,
} from '../../../src/infrastructure/projections/row-changes.js';

const tables = { wallet: ['id'], note: ['id'] };

/** Verb and table of each statement, with the rows it carries. */
function written(changes: readonly RowChange[]) {
  return statementsFor(tables, changes).map(({ text, values }) => {
    const [, verb, table] = /(insert into|delete from|update) "(\w+)"/.exec(text) ?? [];
    return { verb, table, rows: JSON.parse(String(values[0])) as Row[] };
  });
}

const opened = insert('wallet', { id: 'w', owner: 'o', balance: 0n });

describe('The changes of a batch', () => {
  it('write a row once, however many events touch it', () => {
    const changes = [
      opened,
      update('wallet', { id: 'w' }, {}, { balance: 5n }),
      update('wallet', { id: 'w' }, { owner: 'p' }, { balance: 2n }),
    ];
    expect(written(changes)).toEqual([
      { verb: 'insert into', table: 'wallet', rows: [{ id: 'w', owner: 'p', balance: '7' }] },
    ]);
  });

  it('put updates together, also where a column is added to and then set', () => {
    const changes = [
      update('wallet', { id: 'a' }, {}, { balance: 5n }),
      update('wallet', { id: 'a' }, {}, { balance: 2n }),
      update('wallet', { id: 'b' }, {}, { balance: 5n }),
      update('wallet', { id: 'b' }, { balance: 1n }),
      update('wallet', { id: 'b' }, {}, { balance: -3n }),
    ];
    expect(written(changes).map(({ rows }) => rows)).toEqual([
      [{ id: 'a', balance: '7' }],
      [{ id: 'b', balance: '-2' }],
    ]);
  });

  it('write nothing for a row that comes and goes, and remove before they insert', () => {
    expect(written([opened, remove('wallet', { id: 'w' })])).toEqual([]);
    expect(written([remove('wallet', { id: 'w' }), opened]).map(({ verb }) => verb)).toEqual([
      'delete from',
      'insert into',
    ]);
  });

  it('insert into tables in the order of the projection, many rows at once', () => {
    const changes = [
      insert('note', { id: 'n' }),
      opened,
      insert('wallet', { balance: 1n, owner: 'o', id: 'x' }),
    ];
    expect(written(changes).map(({ table, rows }) => [table, rows.length])).toEqual([
      ['wallet', 2],
      ['note', 1],
    ]);
  });

  it('are refused where a row is inserted twice, updated after its removal, or has no key', () => {
    expect(() => written([opened, opened])).toThrow(/inserted twice/);
    expect(() => written([remove('wallet', { id: 'w' }), update('wallet', { id: 'w' }, {})])).toThrow(
      /removal/,
    );
    expect(() => written([insert('wallet', { owner: 'o' })])).toThrow(/key/);
    expect(() =>
      written([insert('wallet', { id: 'w' }), update('wallet', { id: 'w' }, {}, { balance: 1n })]),
    ).toThrow(/was not inserted/);
  });

  it('end in the same rows whether they are put together or written one by one', () => {
    const change = fc.record({
      id: fc.constantFrom('a', 'b'),
      owner: fc.option(fc.constantFrom('o', 'p'), { nil: undefined }),
      add: fc.bigInt(-5n, 5n),
    });
    fc.assert(
      fc.property(fc.array(change), fc.array(fc.nat(40)), (steps, cuts) => {
        const changes = steps.map(({ id, owner, add }) =>
          update('wallet', { id }, owner === undefined ? {} : { owner }, { balance: add }),
        );
        expect(applied(changes, cuts)).toEqual(
          applied(
            changes,
            changes.map((_, index) => index),
          ),
        );
      }),
    );
  });
});

/** Runs the statements' meaning on plain objects, batch by batch. */
function applied(changes: readonly RowChange[], cuts: readonly number[]) {
  const rows = new Map(['a', 'b'].map((id) => [id, { owner: '-', balance: 0n }]));
  const ends = [...new Set([...cuts, changes.length])].sort((a, b) => a - b);
  ends.forEach((end, index) => {
    for (const { text, values } of statementsFor(tables, changes.slice(ends[index - 1] ?? 0, end))) {
      for (const given of JSON.parse(String(values[0])) as Record<string, string>[]) {
        const row = rows.get(given['id'] ?? '');
        if (row === undefined) throw new Error('an unknown row');
        if (given['owner'] !== undefined) row.owner = given['owner'];
        const amount = BigInt(given['balance'] ?? 0);
        if (given['balance'] !== undefined) row.balance = text.includes('+') ? row.balance + amount : amount;
      }
    }
  });
  return rows;
}
