import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { PostgresInboundWebhooks } from '../../../src/infrastructure/postgres/inbound-webhooks.js';
import { createPool } from '../../../src/infrastructure/postgres/pool.js';
import type { TestDatabase } from '../../support/postgres.js';
import { createTestDatabase, silentLogger } from '../../support/postgres.js';

describe('an inbox of 100,000 webhooks', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  beforeAll(async () => {
    database = await createTestDatabase();
    pool = createPool({
      connectionString: database.url,
      max: 2,
      applicationName: 'inbox',
      queryTimeoutMs: 120_000,
      logger: silentLogger,
    });
    await pool.query(`
      insert into counterfoil.inbound_webhooks
        (id, type, livemode, object_id, payload, payload_sha256, status, next_attempt_at)
      select 'evt_' || n, 'type.' || n % 20, false, 'pi_' || n % 50000, '{}', '\\x00',
        case when n % 1000 = 0 then 'received' else 'processed' end, case when n % 1000 = 0 then now() end
      from generate_series(1, 100000) as n`);
    await pool.query('analyze counterfoil.inbound_webhooks');
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  it.each([
    [`select id from counterfoil.inbound_webhooks order by arrival desc limit 21`],
    [`select id from counterfoil.inbound_webhooks where status = 'received' order by arrival desc limit 21`],
    [`select id from counterfoil.inbound_webhooks where type = 'type.7' order by arrival desc limit 21`],
    [
      `select id from counterfoil.inbound_webhooks
       where arrival < (select arrival from counterfoil.inbound_webhooks where id = 'evt_777') order by arrival desc limit 21`,
    ],
    [
      `select id from counterfoil.inbound_webhooks as waiting where status in ('received', 'failed')
         and next_attempt_at <= clock_timestamp() and (leased_until is null or leased_until <= clock_timestamp())
         and not exists (select from counterfoil.inbound_webhooks as held
           where held.object_id = waiting.object_id and held.leased_until > clock_timestamp())
       order by next_attempt_at, arrival limit 400`,
    ],
    [
      `delete from counterfoil.inbound_webhooks where status = 'processed' and id = any (array(
         select id from (
           select id, received_at from counterfoil.inbound_webhooks where status = 'processed' order by arrival limit 1000
         ) as oldest where received_at < now() - 90 * interval '1 day'))`,
    ],
  ])('no page, no claim and no pruning reads the whole table: %#', async (statement) => {
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`explain ${statement}`);
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).not.toContain('Seq Scan');
  });

  it('claims those of as many objects as are asked for', async () => {
    const claimed = await new PostgresInboundWebhooks(pool).claimDue(8, 1_000);
    expect(new Set(claimed.map(({ objectId }) => objectId)).size).toBe(8);
  });
});
