import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { clientConfig } from '../../../src/infrastructure/postgres/pool.js';
import { WriteConnection } from '../../../src/infrastructure/postgres/write-connection.js';
import { eventually } from '../../support/eventually.js';
import type { TestDatabase } from '../../support/postgres.js';
import { createTestDatabase } from '../../support/postgres.js';
import type { TcpProxy } from '../../support/tcp-proxy.js';
import { startTcpProxy } from '../../support/tcp-proxy.js';

const applicationName = 'written';

describe('one connection for what is written', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let admin: pg.Client;
  let writes: WriteConnection;
  const failures: string[] = [];
  const failed = (error: unknown): void => void failures.push((error as Error).message);
  const open = (queryTimeoutMs: number): WriteConnection =>
    new WriteConnection(clientConfig({ connectionString: proxy.url, applicationName, queryTimeoutMs }));
  const insert = (note: string) => (client: pg.Client) =>
    client.query({ name: 'insert', text: 'insert into notes (note) values ($1)', values: [note] });
  const kept = async (client: Pick<pg.Client, 'query'>, note: string): Promise<boolean> => {
    const { rows } = await client.query('select from notes where note = $1', [note]);
    return rows.length > 0;
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    proxy = await startTcpProxy(database.url);
    admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
    await admin.query('create table notes (note text not null)');
    writes = open(30_000);
  });
  afterAll(async () => {
    await writes.close();
    await admin.end();
    await proxy.close();
    await database.drop();
  });
  beforeEach(() => {
    failures.length = 0;
    proxy.mode = { kind: 'pass' };
  });

  it('has everything carried out in the order in which it was sent', async () => {
    const slow = writes.ask((client) => client.query('select pg_sleep(0.3)'));
    const noted = writes.ask(insert('in order'));
    const found = writes.ask((client) => kept(client, 'in order'));
    expect(await Promise.race([slow, noted, found])).toBe(await slow);
    expect(await found).toBe(true);
    await noted;
  });

  it('sends the next before the answer to one has come', async () => {
    await writes.open();
    proxy.mode = { kind: 'hang_response' };
    const asked = ['first', 'second'].map((note) => writes.ask(insert(note)).catch(failed));
    await eventually(
      () => kept(admin, 'second'),
      (found) => found,
    );
    const early = [...failures];
    proxy.cut();
    await Promise.all(asked);
    expect(early).toEqual([]);
  });

  it('keeps the error of one from those that were sent with it', async () => {
    const broken = writes.ask((client) => client.query('select 1 / 0'));
    const sound = writes.ask((client) => client.query<{ one: number }>('select 1 as one'));
    await expect(broken).rejects.toThrow('division by zero');
    expect((await sound).rows).toEqual([{ one: 1 }]);
  });

  it('tells everybody who waits that it was lost, and opens another', async () => {
    const lost = writes.ask((client) => client.query('select pg_sleep(60)'));
    const behind = writes.ask(insert('behind it')).catch(failed);
    await eventually(
      () =>
        admin.query("select from pg_stat_activity where application_name = $1 and wait_event = 'PgSleep'", [
          applicationName,
        ]),
      ({ rowCount }) => rowCount === 1,
    );
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [
      applicationName,
    ]);
    await expect(lost).rejects.toThrow('terminating connection');
    await behind;
    expect(failures).toHaveLength(1);
    await writes.ask(insert('after it'));
    expect(await writes.ask((client) => kept(client, 'after it'))).toBe(true);
    expect(await kept(admin, 'behind it')).toBe(false);
  });

  it('gives a silent server up, and with it what was sent behind', async () => {
    const hasty = open(2_000);
    await hasty.open();
    proxy.mode = { kind: 'hang' };
    const asked = hasty.ask((client) => client.query('select 1'));
    const hung = hasty.ask(insert('hung')).catch(failed);
    const again = asked.catch((error: unknown) => {
      failed(error);
      proxy.mode = { kind: 'pass' };
      return hasty.ask((client) => kept(client, 'hung'));
    });
    expect(await again).toBe(false);
    await hung;
    await hasty.close();
    expect(failures).toEqual(['Query read timeout', expect.any(String)]);
  });
});
