-- Jobs and changes leave the outbox by two roads that do not wait for each other.
create index outbox_jobs on outbox (lane, due_at, id) where queue is not null;
create index outbox_changes on outbox (lane, due_at, id) where topics is not null;
drop index outbox_of_lane;

-- conversation_archive serves the same list.
drop index conversation_open;

-- In PL/pgSQL, whose statements are planned once a connection; a function in SQL is planned with every call.
create or replace function intake_accept(tenants uuid[], ids uuid[], accounts uuid[], keys text[], lanes smallint[],
                                         queues text[], requests jsonb[], bodies bytea[])
returns bigint language plpgsql security definer set search_path = public as $$
declare
  new bigint;
begin
  with fresh as (
    insert into inbound_raw (tenant_id, id, account_id, dedupe_key, request, body)
    select * from unnest(tenants, ids, accounts, keys, requests, bodies)
    on conflict do nothing
    returning tenant_id, id
  ), told as (
    insert into outbox (tenant_id, lane, queue, payload)
    select f.tenant_id, r.lane, r.queue, jsonb_build_object('job', 'ingest', 'raw', f.id)
    from fresh f join unnest(ids, lanes, queues) as r(id, lane, queue) on r.id = f.id
    returning 1
  )
  select count(*) into new from told;
  return new;
end
$$;
