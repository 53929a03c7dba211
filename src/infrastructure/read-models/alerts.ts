import type { Pool } from 'pg';
import { alertCodec } from '../../application/alert/alert.codec.js';
import type { AlertQueries, AlertRow } from '../../application/ports/alerts.js';
import type { Page } from '../../application/ports/read-models.js';
import type { AlertEvent } from '../../domain/alert/alert.js';
import type { Projection } from '../projections/projection.js';
import { onEvents, routeByCategory } from '../projections/projection.js';
import { insert, update } from '../projections/row-changes.js';
import { Conditions, keysetPage } from './keyset-page.js';

const ddl = `
  create table alerts (
    id              text        primary key,
    rule            text        not null,
    status          text        not null,
    value           integer     not null,
    sample          integer     not null,
    threshold       integer     not null,
    opened_at       timestamptz not null,
    acknowledged_at timestamptz,
    closed_at       timestamptz,
    revision        bigint      not null
  ) with (fillfactor = 85);
  create index alerts_by_time   on alerts (opened_at, id);
  create index alerts_by_status on alerts (status, opened_at, id);
`;

const handlers = onEvents<AlertEvent>(alertCodec, {
  AlertOpened: ({ at, rule, alertId, value, sample, threshold }, { revision }) => [
    insert('alerts', {
      ...{ id: alertId, rule, status: 'open', value, sample, threshold },
      ...{ opened_at: at, acknowledged_at: null, closed_at: null, revision },
    }),
  ],
  AlertAcknowledged: ({ at, alertId }, { revision }) => [
    update('alerts', { id: alertId }, { acknowledged_at: at, revision }),
  ],
  AlertClosed: ({ at, alertId }, { revision }) => [
    update('alerts', { id: alertId }, { status: 'closed', closed_at: at, revision }),
  ],
});

export const alertsProjection: Projection = {
  name: 'alerts',
  version: 1,
  ddl,
  tables: { alerts: ['id'] },
  changesOf: routeByCategory({ alertRule: handlers }),
};

const select = `
  select id, rule, status, value, sample, threshold, opened_at, acknowledged_at, closed_at, revision
  from read_alerts.alerts`;

export class PostgresAlertQueries implements AlertQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  list({ status, rule, ...page }: Parameters<AlertQueries['list']>[0]): Promise<Page<AlertRow>> {
    return keysetPage<AlertRow>(this.#pool, {
      select,
      order: ['opened_at', 'id'],
      cursor: '(select opened_at, id from read_alerts.alerts where id = $)',
      conditions: new Conditions().add('status = $', status).add('rule = $', rule),
      page,
    });
  }

  async find(id: string): Promise<AlertRow | undefined> {
    const { rows } = await this.#pool.query<AlertRow>(`${select} where id = $1`, [id]);
    return rows[0];
  }
}
