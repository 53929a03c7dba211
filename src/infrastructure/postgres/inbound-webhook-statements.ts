import type { InboundWebhook, InboundWebhookStatus } from '../../application/ports/inbound-webhooks.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { Conditions } from '../read-models/keyset-page.js';

/** So many webhooks are deleted in one statement and one commit. */
export const pruneMax = 1_000;

export const columns = `id, type, api_version, livemode, object_id, payload, status, attempts, deliveries, last_error, note,
  received_at, processed_at, next_attempt_at`;

export const receivedTypes = [
  'text',
  'text',
  'text',
  'boolean',
  'text',
  'text',
  'bytea',
  'text',
  'bigint',
] as const;
export const receiveStatement = (size: number): string => `
  insert into counterfoil.inbound_webhooks as known
    (id, type, api_version, livemode, object_id, payload, payload_sha256, deliveries, last_error, status, next_attempt_at)
  select id, type, api_version, livemode, object_id, payload, payload_sha256, deliveries, parked_because,
    case when parked_because is null then 'received' else 'parked' end,
    case when parked_because is null then now() end
  from (values ${valuesList(receivedTypes, size)})
    as incoming (id, type, api_version, livemode, object_id, payload, payload_sha256, parked_because, deliveries)
  where id is not null
  on conflict (id) do update set deliveries = known.deliveries + excluded.deliveries
    where known.payload_sha256 = excluded.payload_sha256
  returning id, (xmax = 0) as inserted`;

export const settledTypes = ['text', 'timestamptz', 'text', 'text', 'text', 'timestamptz'] as const;
export const settleStatement = (size: number): string => `
  update counterfoil.inbound_webhooks as webhook
  set status = settled.status, note = settled.note, last_error = settled.error, leased_until = null,
    next_attempt_at = settled.retry_at,
    processed_at = case when settled.status in ('processed', 'ignored') then now() end
  from (values ${valuesList(settledTypes, size)}) as settled (id, lease, status, note, error, retry_at)
  where webhook.id = settled.id and webhook.leased_until = settled.lease`;

export const setDue = `set status = 'received', attempts = 0, next_attempt_at = now(), leased_until = null, processed_at = null,
  last_error = null, note = null`;

/** One more than the limit is looked for, to tell whether there are more. */
export function replayParkedStatement({ where, values }: Conditions, limit: number): string {
  const place = (n: number): string => `$${values.length + n}`;
  return `
    with found as (
      select id, arrival from counterfoil.inbound_webhooks ${where} order by arrival limit ${limit + 1}
    ),
    taken as (select id, arrival from found order by arrival limit ${limit}),
    changed as (
      update counterfoil.inbound_webhooks as webhook ${setDue}
      from taken where webhook.id = taken.id and webhook.status = 'parked' returning webhook.id
    ),
    noted as (
      insert into counterfoil.inbound_webhook_acts (webhook, act, actor, reason, request)
      select id, 'replay', ${place(1)}::jsonb, ${place(2)}::text, ${place(3)}::text from changed
    )
    select (select count(*)::int from changed) as replayed, (select count(*)::int from found) as found,
      (select id from taken order by arrival desc limit 1) as last`;
}

/**
 * From the oldest of one status on, so that what is to be deleted is found without reading the rest. The status is looked
 * at again in the row that is deleted: it may have been replayed since.
 */
export const pruneStatement = `
  delete from counterfoil.inbound_webhooks
  where status = $1 and id = any (array(
    select id from (
      select id, received_at from counterfoil.inbound_webhooks where status = $1 order by arrival limit ${pruneMax}
    ) as oldest
    where received_at < now() - $2 * interval '1 day'))`;

/** `($1::text, $2::bigint), ($3, $4)`: the first row gives the types. */
function valuesList(types: readonly string[], rows: number): string {
  const row = (index: number): string => {
    const place = (column: number): string => `$${index * types.length + column + 1}`;
    return `(${types.map((type, column) => (index === 0 ? `${place(column)}::${type}` : place(column))).join(', ')})`;
  };
  return Array.from({ length: rows }, (_row, index) => row(index)).join(', ');
}

/** The next power of two: batches of all sizes then share a few prepared statements, filled up with nulls. */
export function paddedSize(rows: number): number {
  return 2 ** Math.ceil(Math.log2(rows));
}

export function padded(values: readonly unknown[], length: number): unknown[] {
  return [...values, ...new Array<null>(length - values.length).fill(null)];
}

export type Row = {
  readonly id: string;
  readonly type: string;
  readonly api_version: string | null;
  readonly livemode: boolean;
  readonly object_id: string | null;
  readonly payload: string;
  readonly status: InboundWebhookStatus;
  readonly attempts: number;
  readonly deliveries: bigint;
  readonly last_error: string | null;
  readonly note: string | null;
  readonly received_at: Instant;
  readonly processed_at: Instant | null;
  readonly next_attempt_at: Instant | null;
};

export function webhookOf(row: Row): InboundWebhook {
  return {
    id: row.id,
    type: row.type,
    apiVersion: row.api_version,
    livemode: row.livemode,
    objectId: row.object_id,
    payload: row.payload,
    status: row.status,
    attempts: row.attempts,
    deliveries: Number(row.deliveries),
    lastError: row.last_error,
    note: row.note,
    receivedAt: row.received_at,
    processedAt: row.processed_at,
    nextAttemptAt: row.next_attempt_at,
  };
}
