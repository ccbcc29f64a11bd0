-- What a lost job would leave lying is found by its time.
select meridian_open_to_system(t::regclass) from unnest(array['conversation', 'emergency_activation', 'identity_run']) t;
create index conversation_snoozed on conversation (snoozed_until) where lifecycle = 'snoozed';
create index emergency_activation_due on emergency_activation (expires_at) where ended_at is null;

-- When a run over customers went further last.
alter table identity_run add column touched_at timestamptz not null default clock_timestamp();
create index identity_run_open on identity_run (touched_at) where state in ('waiting', 'running');

-- Imports kept a tag twice.
update customer c set tags = (
  select array_agg(t.tag order by t.place) from (
    select distinct on (lower(tag)) tag, place from unnest(c.tags) with ordinality as u(tag, place)
    order by lower(tag), place
  ) t
)
where cardinality(c.tags) > 1
  and cardinality(c.tags) > (select count(distinct lower(tag)) from unnest(c.tags) as u(tag));
