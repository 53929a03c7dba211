-- Claims due webhooks of up to objects_max objects, the oldest first, and none of an object that is leased: of each object
-- up to each_max together, since one look at the provider serves them all. Claims follow one another: the lock is taken before
-- the statement below takes its snapshot, so that it sees the leases of every earlier claim. Only the 400 oldest are looked at,
-- so that a long queue stays cheap to claim from; an object that fills all of those has them claimed, and the next claim
-- looks past it. claim_inbound_webhooks stays for processes of the version before.
create function counterfoil.claim_inbound_webhooks_by_object(objects_max integer, each_max integer, lease interval)
returns setof counterfoil.inbound_webhooks language plpgsql as $$
begin
  -- Listed with all others in advisory-locks.ts.
  perform pg_advisory_xact_lock(4020191020);
  return query
    with candidate as (
      select waiting.id, coalesce(waiting.object_id, waiting.id) as object, waiting.next_attempt_at, waiting.arrival
      from counterfoil.inbound_webhooks as waiting
      where waiting.status in ('received', 'failed')
        and waiting.next_attempt_at <= clock_timestamp()
        and (waiting.leased_until is null or waiting.leased_until <= clock_timestamp())
        and not exists (
          select from counterfoil.inbound_webhooks as held
          where held.object_id = waiting.object_id and held.leased_until > clock_timestamp()
        )
      order by waiting.next_attempt_at, waiting.arrival
      limit 400
    ),
    placed as (
      select candidate.id,
        row_number() over of_object as place,
        first_value(candidate.next_attempt_at) over of_object as object_due,
        first_value(candidate.arrival) over of_object as object_arrival
      from candidate
      window of_object as (partition by candidate.object order by candidate.next_attempt_at, candidate.arrival)
    ),
    ranked as (
      select placed.id, placed.place,
        dense_rank() over (order by placed.object_due, placed.object_arrival) as object_place
      from placed
    ),
    chosen as (
      select webhook.id
      from ranked
      join counterfoil.inbound_webhooks as webhook using (id)
      where ranked.object_place <= objects_max and ranked.place <= each_max
      for update of webhook skip locked
    )
    update counterfoil.inbound_webhooks as webhook
    set leased_until = clock_timestamp() + lease, attempts = webhook.attempts + 1
    from chosen
    where webhook.id = chosen.id
    returning webhook.*;
end $$;
