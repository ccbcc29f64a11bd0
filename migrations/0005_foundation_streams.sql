create table inbound_raw (
  tenant_id uuid not null,
  id uuid not null,
  account_id uuid not null,
  dedupe_key text not null,
  request jsonb not null,
  body bytea not null,
  received_at timestamptz not null default clock_timestamp(),
  state text not null default 'received' check (state in ('received', 'processed', 'failed')),
  attempts int not null default 0,
  error text,
  processed_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, account_id, dedupe_key),
  foreign key (tenant_id, account_id) references channel_account
);
create index inbound_raw_open on inbound_raw (received_at) where state = 'received';

-- Well-signed things nobody understood: kept, visible to admins.
create table unknown_event (
  tenant_id uuid not null,
  id uuid not null,
  raw_id uuid not null,
  account_id uuid not null,
  reason text not null,
  event jsonb not null,
  at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references channel_account
);

-- Every event of an account once, whichever request carried it.
create table seen_event (
  tenant_id uuid not null,
  account_id uuid not null,
  dedupe_key text not null,
  at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, account_id, dedupe_key),
  foreign key (tenant_id, account_id) references channel_account
);
create index seen_event_age on seen_event (at);

create table outbox (
  tenant_id uuid not null,
  id bigint generated always as identity,
  lane smallint not null,
  -- A job for the broker (queue set) or a change for sockets (topics set).
  queue text,
  topics text[],
  payload jsonb not null,
  created_at timestamptz not null default clock_timestamp(),
  due_at timestamptz not null default '-infinity',
  primary key (tenant_id, id),
  check ((queue is null) <> (topics is null))
);
create index outbox_of_lane on outbox (lane, due_at, id);

create table live_event (
  tenant_id uuid not null,
  topic text not null,
  position bigint not null,
  change jsonb not null,
  at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, topic, position)
);
create index live_event_age on live_event (at);

create table tenant_stream (
  tenant_id uuid primary key,
  position bigint not null default 0,
  -- Cursors older than this were swept: answer Resync.
  swept bigint not null default 0
);

-- Leases of what only one process may do at a time; `epoch` fences a holder that lost it.
create table lease (
  name text primary key,
  holder uuid not null,
  epoch bigint not null,
  expires_at timestamptz not null
);
grant select, insert, update, delete on lease to meridian_system;
grant select on lease to meridian_app;

select meridian_protect(t::regclass) from unnest(array['inbound_raw', 'unknown_event', 'seen_event', 'outbox',
  'live_event', 'tenant_stream']) t;
select meridian_open_to_system(t::regclass) from unnest(array['inbound_raw', 'outbox', 'live_event',
  'tenant_stream', 'seen_event']) t;
grant usage on all sequences in schema public to meridian_app, meridian_system;

-- The only door of the intake role: stores verified requests of any tenants and wakes ingest, in one round trip.
-- A request seen before changes nothing. Returns how many were new.
create function intake_accept(tenants uuid[], ids uuid[], accounts uuid[], keys text[], lanes smallint[],
                              queues text[], requests jsonb[], bodies bytea[])
returns bigint language sql security definer set search_path = public as $$
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
  select count(*) from told
$$;

-- Look-ups before a tenant is known. Each answers one exact key and nothing else.
create function lookup_account(account uuid)
returns table (tenant_id uuid, kind text, settings jsonb, secrets_sealed bytea, addresses text[], status text)
language sql stable security definer set search_path = public as $$
  select a.tenant_id, a.kind, a.settings, a.secrets_sealed, a.addresses, a.status
  from channel_account a join tenant t on t.tenant_id = a.tenant_id
  where a.id = account and t.status = 'active'
$$;

create function lookup_bot(bot_id uuid)
returns table (tenant_id uuid, secret_sealed bytea, status text)
language sql stable security definer set search_path = public as $$
  select b.tenant_id, b.secret_sealed, b.status
  from bot b join tenant t on t.tenant_id = b.tenant_id
  where b.id = bot_id and t.status = 'active'
$$;

create function lookup_login(workspace text, login_email text)
returns table (tenant_id uuid, agent_id uuid, password_hash text, role text, token_version int)
language sql stable security definer set search_path = public as $$
  select a.tenant_id, a.id, a.password_hash, a.role, a.token_version
  from agent a join tenant t on t.tenant_id = a.tenant_id
  where t.slug = workspace and t.status = 'active' and a.email = login_email and a.status = 'active'
$$;

alter function intake_accept owner to meridian_system;
alter function lookup_account owner to meridian_system;
alter function lookup_bot owner to meridian_system;
alter function lookup_login owner to meridian_system;
revoke all on function intake_accept, lookup_account, lookup_bot, lookup_login from public;
grant execute on function intake_accept to meridian_intake;
grant execute on function lookup_account, lookup_bot to meridian_intake, meridian_app;
grant execute on function lookup_login to meridian_app;
