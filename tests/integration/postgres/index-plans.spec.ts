import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import pg from 'pg';
import { startApp } from '../../support/counterfoil.js';
import { eventually } from '../../support/eventually.js';

const requests = 60;

/** Prepared statements are planned for tables of any size after their fifth use, so few requests show the plan of many. */
it('keeping answers reads no more rows than it writes, however many are kept', async () => {
  const app = await startApp('Postgres');
  const client = new pg.Client({ connectionString: app.databaseUrl });
  await client.connect();
  const ask = async () => {
    const key = { 'idempotency-key': randomUUID() };
    const answer = await app.api.post('/v1/payments', { amount: 500, currency: 'USD' }, key);
    expect(answer.status).toBe(201);
  };
  try {
    for (let n = 0; n < requests; n += 1) await ask();
    const scans = await eventually(
      async () => {
        // A connection tells what it counted when it has more to do a second later, or nothing for ten.
        await ask();
        const { rows } = await client.query<{ written: string; scanned: string }>(
          `select n_tup_upd as written, seq_tup_read as scanned from pg_stat_user_tables
           where relname = 'idempotency_records'`,
        );
        return rows[0];
      },
      (row) => Number(row?.written) >= requests,
    );
    expect(Number(scans?.scanned)).toBeLessThan(Number(scans?.written));
  } finally {
    await client.end();
    await app.stop();
  }
});
