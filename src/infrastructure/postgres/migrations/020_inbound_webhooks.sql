create table counterfoil.inbound_webhooks (
  id              text        primary key,
  -- The order of arrival. Pages of the list are cut by it.
  arrival         bigint      not null generated always as identity unique,
  type            text        not null,
  api_version     text,
  livemode        boolean     not null,
  object_id       text,
  -- The body byte for byte: text and not json, because nothing here may take it apart.
  payload         text        not null,
  payload_sha256  bytea       not null,
  status          text        not null check (status in ('received', 'processed', 'ignored', 'failed', 'parked')),
  attempts        integer     not null default 0,
  deliveries      bigint      not null default 1,
  last_error      text,
  note            text,
  received_at     timestamptz not null default now(),
  processed_at    timestamptz,
  next_attempt_at timestamptz,
  leased_until    timestamptz,
  check ((status in ('received', 'failed')) = (next_attempt_at is not null)),
  check (leased_until is null or status in ('received', 'failed'))
);

comment on table counterfoil.inbound_webhooks is
  'Every verified webhook, stored before it is answered. received -> processed | ignored | failed (due again) | parked.';

-- A webhook of usual size stays in its row as it is: taking it apart and compressing it would cost more than storing it.
alter table counterfoil.inbound_webhooks alter column payload set storage external;
alter table counterfoil.inbound_webhooks set (toast_tuple_target = 8160);

create index inbound_webhooks_due on counterfoil.inbound_webhooks (next_attempt_at, arrival)
  where status in ('received', 'failed');
create index inbound_webhooks_leased on counterfoil.inbound_webhooks (object_id, leased_until)
  where leased_until is not null;
create index inbound_webhooks_by_status on counterfoil.inbound_webhooks (status, arrival desc);
create index inbound_webhooks_by_type on counterfoil.inbound_webhooks (type, arrival desc);

-- Claims up to claim_limit due webhooks, oldest first, at most one per object and none of an object that is leased.
-- Claims follow one another: the lock is taken before the statement below takes its snapshot, so that it sees the
-- leases of every earlier claim. Only so many of the oldest are looked at, so that a long queue stays cheap to claim
-- from: a hundred, and where these are of too few objects a thousand; an object that fills all of those with waiting
-- webhooks is worked off one at a time, and then the next come.
create function counterfoil.claim_inbound_webhooks(claim_limit integer, lease interval)
returns setof counterfoil.inbound_webhooks language plpgsql as $$
declare
  looked_at integer;
  taken integer;
  wanted integer := claim_limit;
begin
  -- Listed with all others in advisory-locks.ts.
  perform pg_advisory_xact_lock(4020191020);
  foreach looked_at in array array[100, 1000] loop
    return query
      with candidate as (
        select waiting.id, waiting.object_id, waiting.next_attempt_at, waiting.arrival
        from counterfoil.inbound_webhooks as waiting
        where waiting.status in ('received', 'failed')
          and waiting.next_attempt_at <= clock_timestamp()
          and (waiting.leased_until is null or waiting.leased_until <= clock_timestamp())
          and not exists (
            select from counterfoil.inbound_webhooks as held
            where held.object_id = waiting.object_id and held.leased_until > clock_timestamp()
          )
        order by waiting.next_attempt_at, waiting.arrival
        limit looked_at
      ),
      first_of_object as (
        select distinct on (coalesce(candidate.object_id, candidate.id)) candidate.*
        from candidate
        order by coalesce(candidate.object_id, candidate.id), candidate.next_attempt_at, candidate.arrival
      ),
      chosen as (
        select webhook.id
        from first_of_object
        join counterfoil.inbound_webhooks as webhook using (id)
        order by first_of_object.next_attempt_at, first_of_object.arrival
        limit wanted
        for update of webhook skip locked
      )
      update counterfoil.inbound_webhooks as webhook
      set leased_until = clock_timestamp() + lease, attempts = webhook.attempts + 1
      from chosen
      where webhook.id = chosen.id
      returning webhook.*;
    get diagnostics taken = row_count;
    wanted := wanted - taken;
    exit when wanted = 0;
  end loop;
end $$;
