create table tenant (
  tenant_id uuid primary key,
  slug text not null,
  name text not null,
  region text not null default '',
  time_zone text not null default 'UTC',
  locale text not null default 'en',
  status text not null default 'active' check (status in ('active', 'suspended')),
  conversation_number bigint not null default 0,
  created_at timestamptz not null default clock_timestamp()
);
create unique index tenant_slug on tenant (slug);

create table branch (
  tenant_id uuid not null references tenant,
  id uuid not null,
  name text not null,
  primary key (tenant_id, id)
);

create table team (
  tenant_id uuid not null references tenant,
  id uuid not null,
  branch_id uuid not null,
  name text not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, branch_id) references branch
);

create table site (
  tenant_id uuid not null references tenant,
  id uuid not null,
  name text not null,
  time_zone text not null,
  ring smallint not null default 0,
  primary key (tenant_id, id)
);

create table site_shift (
  tenant_id uuid not null,
  id uuid not null,
  site_id uuid not null,
  weekday smallint not null check (weekday between 1 and 7),
  starts_minute smallint not null check (starts_minute between 0 and 1439),
  -- Over 1440 runs into the next day.
  ends_minute smallint not null check (ends_minute > starts_minute and ends_minute <= starts_minute + 1440),
  primary key (tenant_id, id),
  foreign key (tenant_id, site_id) references site on delete cascade
);

create table site_exception (
  tenant_id uuid not null,
  site_id uuid not null,
  day date not null,
  -- Null minutes: closed all day.
  starts_minute smallint,
  ends_minute smallint,
  reason text not null default '',
  primary key (tenant_id, site_id, day),
  foreign key (tenant_id, site_id) references site on delete cascade,
  check ((starts_minute is null) = (ends_minute is null))
);

create table agent (
  tenant_id uuid not null references tenant,
  id uuid not null,
  email text not null,
  name text not null,
  role text not null check (role in ('agent', 'supervisor', 'admin', 'auditor')),
  status text not null default 'active' check (status in ('active', 'disabled')),
  branch_id uuid not null,
  team_id uuid,
  site_id uuid,
  time_zone text not null default 'UTC',
  locale text not null default 'en',
  languages text[] not null default '{}',
  password_hash text,
  -- Raised by every revocation: older access tokens are refused.
  token_version int not null default 0,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  unique (tenant_id, email),
  foreign key (tenant_id, branch_id) references branch,
  foreign key (tenant_id, team_id) references team,
  foreign key (tenant_id, site_id) references site
);

-- One row a sign-in: the family of its refresh tokens. Only the newest token is valid; an older one revokes all.
create table sign_in (
  tenant_id uuid not null,
  id uuid not null,
  agent_id uuid not null,
  refresh_hash bytea not null,
  previous_hash bytea,
  created_at timestamptz not null default clock_timestamp(),
  rotated_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, agent_id) references agent on delete cascade
);

create table skill (
  tenant_id uuid not null references tenant,
  id uuid not null,
  name text not null,
  primary key (tenant_id, id),
  unique (tenant_id, name)
);

-- Validity intervals: what an agent could do is known for every moment of the past.
create table agent_skill (
  tenant_id uuid not null,
  agent_id uuid not null,
  skill_id uuid not null,
  level smallint not null check (level between 1 and 5),
  valid_from timestamptz not null default clock_timestamp(),
  valid_to timestamptz,
  primary key (tenant_id, agent_id, skill_id, valid_from),
  foreign key (tenant_id, agent_id) references agent on delete cascade,
  foreign key (tenant_id, skill_id) references skill
);

create table queue (
  tenant_id uuid not null references tenant,
  id uuid not null,
  branch_id uuid not null,
  name text not null,
  priority_minutes int not null default 0,
  offer_seconds int not null default 20 check (offer_seconds between 1 and 600),
  wrap_up_seconds int not null default 0 check (wrap_up_seconds between 0 and 3600),
  sticky_seconds int not null default 30 check (sticky_seconds between 0 and 3600),
  active boolean not null default true,
  primary key (tenant_id, id),
  unique (tenant_id, name),
  foreign key (tenant_id, branch_id) references branch
);

create table routing_plan (
  tenant_id uuid not null,
  queue_id uuid not null,
  version int not null,
  steps jsonb not null,
  active boolean not null default true,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, queue_id, version),
  foreign key (tenant_id, queue_id) references queue on delete cascade
);
create unique index routing_plan_active on routing_plan (tenant_id, queue_id) where active;

create table queue_member (
  tenant_id uuid not null,
  queue_id uuid not null,
  agent_id uuid not null,
  valid_from timestamptz not null default clock_timestamp(),
  valid_to timestamptz,
  primary key (tenant_id, queue_id, agent_id, valid_from),
  foreign key (tenant_id, queue_id) references queue on delete cascade,
  foreign key (tenant_id, agent_id) references agent on delete cascade
);

-- Capacity as an invariant: no statement can take more than there is.
create table agent_load (
  tenant_id uuid not null,
  agent_id uuid not null,
  class text not null check (class in ('voice', 'chat', 'messaging', 'mail')),
  cap smallint not null check (cap between 0 and 100),
  used smallint not null default 0,
  primary key (tenant_id, agent_id, class),
  foreign key (tenant_id, agent_id) references agent on delete cascade,
  constraint agent_load_within_cap check (used >= 0 and used <= greatest(cap, 0))
);

create table agent_state (
  tenant_id uuid not null,
  agent_id uuid not null,
  chosen text not null default 'offline' check (chosen in ('available', 'busy', 'break', 'not_responding', 'offline')),
  reason text not null default '',
  since timestamptz not null default clock_timestamp(),
  set_by_kind text not null default 'system',
  set_by_id uuid,
  -- Link liveness: a lease by the database clock, extended in one batch per api process.
  live_until timestamptz not null default '-infinity',
  -- What routing was last told of the link, so that a loss is an event and happens once.
  live boolean not null default false,
  idle_since timestamptz not null default clock_timestamp(),
  primary key (tenant_id, agent_id),
  foreign key (tenant_id, agent_id) references agent on delete cascade
);
create index agent_state_lapsed on agent_state (live_until) where live;

create table agent_state_interval (
  tenant_id uuid not null,
  agent_id uuid not null,
  chosen text not null,
  reason text not null,
  valid_from timestamptz not null,
  valid_to timestamptz,
  primary key (tenant_id, agent_id, valid_from),
  foreign key (tenant_id, agent_id) references agent on delete cascade
);

create table bot (
  tenant_id uuid not null references tenant,
  id uuid not null,
  name text not null,
  url text not null,
  secret_sealed bytea not null,
  fallback_queue_id uuid not null,
  silence_seconds int not null default 8 check (silence_seconds between 1 and 300),
  status text not null default 'active' check (status in ('active', 'disabled')),
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  unique (tenant_id, name),
  foreign key (tenant_id, fallback_queue_id) references queue
);

create table api_key (
  tenant_id uuid not null references tenant,
  id uuid not null,
  name text not null,
  secret_hash bytea not null,
  scopes text[] not null,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz,
  revoked_at timestamptz,
  primary key (tenant_id, id)
);

create table channel_account (
  tenant_id uuid not null references tenant,
  id uuid not null,
  kind text not null,
  name text not null,
  settings jsonb not null default '{}',
  secrets_sealed bytea not null,
  addresses text[] not null default '{}',
  branch_id uuid not null,
  queue_id uuid not null,
  bot_id uuid,
  status text not null default 'active' check (status in ('active', 'disabled', 'needs_attention')),
  status_reason text not null default '',
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  foreign key (tenant_id, branch_id) references branch,
  foreign key (tenant_id, queue_id) references queue,
  foreign key (tenant_id, bot_id) references bot
);
create index channel_account_by_id on channel_account (id);

create table audit_entry (
  tenant_id uuid not null references tenant,
  id uuid not null,
  at timestamptz not null default clock_timestamp(),
  actor_kind text not null,
  actor_id uuid,
  action text not null,
  object_kind text not null,
  object_id uuid,
  -- Ids and codes only, never content.
  detail jsonb not null default '{}',
  primary key (tenant_id, id)
);

create table idempotency (
  tenant_id uuid not null references tenant,
  actor_id uuid not null,
  key text not null,
  request_hash bytea not null,
  response jsonb,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, actor_id, key)
);
create index idempotency_age on idempotency (created_at);

select meridian_protect(t::regclass) from unnest(array['tenant', 'branch', 'team', 'site', 'site_shift',
  'site_exception', 'agent', 'sign_in', 'skill', 'agent_skill', 'queue', 'routing_plan', 'queue_member', 'agent_load',
  'agent_state', 'agent_state_interval', 'bot', 'api_key', 'channel_account', 'audit_entry', 'idempotency']) t;
select meridian_open_to_system(t::regclass) from unnest(array['tenant', 'branch', 'agent', 'sign_in', 'api_key',
  'channel_account', 'bot', 'agent_state', 'idempotency']) t;
revoke update, delete on audit_entry from meridian_app;
