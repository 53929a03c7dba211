import type pg from 'pg';
import { StartupError } from '../startup-error.js';

/**
 * Notes at the first start where the events are kept, and refuses a later start with another store: checkpoints are positions
 * of the first one, so the read models would skip or repeat events in silence.
 * @throws StartupError
 */
export async function keepEventSource(pool: pg.Pool, kind: 'postgres' | 'eventstoredb'): Promise<void> {
  await pool.query('insert into counterfoil.event_source (kind) values ($1) on conflict do nothing', [kind]);
  const { rows } = await pool.query<{ kind: string }>('select kind from counterfoil.event_source');
  const kept = rows[0]?.kind;
  if (kept === kind) return;
  throw new StartupError(
    `The read models of this database are built from events in ${kept}, and EVENTSTORE_URL now says ${kind}`,
    'Set EVENTSTORE_URL as it was, or use another database.',
  );
}
