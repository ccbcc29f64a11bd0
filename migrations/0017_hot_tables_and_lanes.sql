-- Tables that change with every message. Whenever PostgreSQL has looked after a table, every connection plans its
-- statements on it again: that must come with growth, not every few seconds. So they are analysed when they have
-- doubled, and vacuumed by the ten thousand; and rows that are updated often find room on their own page.
do $$
declare
  hot text;
begin
  foreach hot in array array[
    'conversation', 'session', 'participant', 'timeline_item', 'item_content', 'item_state', 'item_external',
    'party', 'party_customer', 'customer', 'customer_identity', 'identity_link', 'identity_block',
    'work_item', 'work_item_event', 'offer', 'routing_decision', 'agent_state', 'agent_state_interval', 'agent_load',
    'inbound_raw', 'seen_event', 'outbox', 'live_event', 'tenant_stream', 'delivery', 'bot_event', 'audit_entry',
    'idempotency', 'lease'
  ] loop
    execute format(
      'alter table %I set (autovacuum_analyze_threshold = 500, autovacuum_analyze_scale_factor = 1,
                           autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_scale_factor = 0.1,
                           autovacuum_vacuum_insert_threshold = 10000, autovacuum_vacuum_insert_scale_factor = 1)', hot);
  end loop;
  foreach hot in array array[
    'conversation', 'session', 'work_item', 'offer', 'agent_state', 'agent_load', 'tenant_stream', 'lease'
  ] loop
    execute format('alter table %I set (fillfactor = 80)', hot);
  end loop;
end
$$;

-- The lane of a stored request: if it has to be published once more, it stands behind what the same sender said before.
alter table inbound_raw add column queue text not null default '';

create or replace function intake_accept(tenants uuid[], ids uuid[], accounts uuid[], keys text[], lanes smallint[],
                                         queues text[], requests jsonb[], bodies bytea[])
returns bigint language plpgsql security definer set search_path = public as $$
declare
  new bigint;
begin
  with fresh as (
    insert into inbound_raw (tenant_id, id, account_id, dedupe_key, request, body, queue)
    select * from unnest(tenants, ids, accounts, keys, requests, bodies, queues)
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
