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
