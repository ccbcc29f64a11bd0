-- What was said, by its terms: filled after the message stands, by a worker, so that a message costs no index of it.
create table item_search (
  tenant_id uuid not null,
  item_id uuid not null,
  placed_at timestamptz not null,
  -- A term's hash with its tenant (48 bits) and the day of `placed_at` (16 bits): a search goes back day by day, and
  -- meets no row of another tenant nor of another day.
  keys bigint[] not null,
  primary key (tenant_id, item_id),
  foreign key (tenant_id, item_id) references timeline_item on delete cascade
);
-- Without a list of pending entries, which each of the many looks of a search would read as a whole.
create index item_search_keys on item_search using gin (keys) with (fastupdate = off);
alter table item_search set (autovacuum_vacuum_insert_scale_factor = 1, autovacuum_analyze_scale_factor = 1);

-- How far a tenant's past is in the index: what was said before it existed.
create table search_state (
  tenant_id uuid primary key references tenant,
  -- Items below this id are still to come.
  before_id uuid not null default 'ffffffff-ffff-ffff-ffff-ffffffffffff',
  finished boolean not null default false,
  -- The day of the oldest item.
  oldest date not null default current_date
);
select meridian_protect(t::regclass) from unnest(array['item_search', 'search_state']) t;
select meridian_open_to_system(t::regclass) from unnest(array['item_search', 'search_state']) t;

-- How far whoever holds a lease has come.
alter table lease add column reached timestamptz;

-- Row-level security keeps a search by keys from its index, so it goes through one function that answers within the
-- tenant of the transaction alone: items that hold all the words, newest first, before a place.
create function search_items(words bigint[], before_at timestamptz, before_id uuid, most int)
returns table (item_id uuid, placed_at timestamptz)
language plpgsql stable security definer set search_path = public as $$
declare
  mine uuid := current_setting('app.tenant_id')::uuid;
  day int := (least(before_at, now() + interval '1 day') at time zone 'UTC')::date - date '1970-01-01';
  first int;
  wanted bigint[];
  found int := 0;
  more int;
begin
  select s.oldest - date '1970-01-01' into first from search_state s where s.tenant_id = mine;
  while first is not null and day >= first and found < most loop
    select array_agg(w | day) into wanted from unnest(words) w;
    return query
      select s.item_id, s.placed_at from item_search s
      where s.keys @> wanted and s.tenant_id = mine and (s.placed_at, s.item_id) < (before_at, before_id)
      order by s.placed_at desc, s.item_id desc limit most - found;
    get diagnostics more = row_count;
    found := found + more;
    day := day - 1;
  end loop;
end
$$;
alter function search_items owner to meridian_system;
revoke all on function search_items from public;
grant execute on function search_items to meridian_app;
