-- The immutable leaf of identity: one address on one channel.
create table party (
  tenant_id uuid not null references tenant,
  id uuid not null,
  scheme text not null,
  scope text not null,
  value text not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  unique (tenant_id, scheme, scope, value)
);

create table customer (
  tenant_id uuid not null references tenant,
  id uuid not null,
  name text not null default '',
  tier text not null default 'standard' check (tier in ('standard', 'valued', 'vip', 'red_channel')),
  tags text[] not null default '{}',
  locale text,
  time_zone text,
  -- An emptied customer answers with a pointer to the one that took its parties.
  merged_into uuid,
  version int not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  foreign key (tenant_id, merged_into) references customer
);

-- The present view of the link events below: each party belongs to exactly one customer.
create table party_customer (
  tenant_id uuid not null,
  party_id uuid not null,
  customer_id uuid not null,
  primary key (tenant_id, party_id),
  foreign key (tenant_id, party_id) references party,
  foreign key (tenant_id, customer_id) references customer
);
create index party_customer_by_customer on party_customer (tenant_id, customer_id);

create table customer_identity (
  tenant_id uuid not null,
  id uuid not null,
  party_id uuid not null,
  scheme text not null,
  scope text not null,
  value text not null,
  verified text not null check (verified in ('anonymous', 'claimed', 'channel', 'token', 'agent')),
  source text not null,
  first_seen timestamptz not null default clock_timestamp(),
  last_seen timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  unique (tenant_id, party_id, scheme, scope, value),
  foreign key (tenant_id, party_id) references party
);
create index customer_identity_by_value on customer_identity (tenant_id, scheme, value, scope);

-- Why a party belongs to a customer: links move, rows never do.
create table identity_link (
  tenant_id uuid not null,
  id uuid not null,
  at timestamptz not null default clock_timestamp(),
  kind text not null check (kind in ('link', 'unlink', 'merge', 'unmerge', 'suggest', 'confirm', 'reject')),
  party_id uuid not null,
  customer_id uuid not null,
  from_customer_id uuid,
  -- The merge that an unmerge takes back; all rows of one merge carry its id.
  act_id uuid not null,
  reason text not null,
  evidence jsonb not null default '[]',
  actor_kind text not null,
  actor_id uuid,
  primary key (tenant_id, id),
  foreign key (tenant_id, party_id) references party,
  foreign key (tenant_id, customer_id) references customer
);
create index identity_link_by_customer on identity_link (tenant_id, customer_id, id);
create index identity_link_by_party on identity_link (tenant_id, party_id, id);
create index identity_link_by_act on identity_link (tenant_id, act_id);

create table conversation (
  tenant_id uuid not null references tenant,
  id uuid not null,
  number bigint not null,
  branch_id uuid not null,
  -- Derived from its sessions' parties; follows merge and unmerge.
  customer_id uuid not null,
  lifecycle text not null default 'open' check (lifecycle in ('open', 'snoozed', 'resolved')),
  owner text not null default 'none' check (owner in ('none', 'bot', 'queue', 'agent')),
  owner_agent_id uuid,
  queue_id uuid,
  subject text not null default '',
  seq bigint not null default 0,
  version int not null default 1,
  placed_at timestamptz not null default clock_timestamp(),
  last_activity_at timestamptz not null default clock_timestamp(),
  snoozed_until timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  resolved_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, number),
  foreign key (tenant_id, customer_id) references customer,
  foreign key (tenant_id, branch_id) references branch,
  foreign key (tenant_id, queue_id) references queue,
  foreign key (tenant_id, owner_agent_id) references agent,
  check ((owner = 'agent') = (owner_agent_id is not null))
);
create index conversation_of_customer on conversation (tenant_id, customer_id, last_activity_at desc, id desc);
create index conversation_mine on conversation (tenant_id, owner_agent_id, last_activity_at desc, id desc)
  where lifecycle = 'open';
create index conversation_open on conversation (tenant_id, last_activity_at desc, id desc) where lifecycle = 'open';
create index conversation_archive on conversation (tenant_id, lifecycle, last_activity_at desc, id desc);
create index conversation_in_queue on conversation (tenant_id, queue_id, last_activity_at desc, id desc)
  where lifecycle = 'open';

create table session (
  tenant_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  party_id uuid not null,
  account_id uuid not null,
  kind text not null,
  thread text,
  opened_at timestamptz not null default clock_timestamp(),
  closed_at timestamptz,
  last_customer_at timestamptz,
  last_external_id text,
  -- The control token: who may speak to the customer. One holder; `control_epoch` fences late speakers.
  control text not null default 'queue' check (control in ('bot', 'queue', 'agent')),
  control_id uuid,
  control_epoch bigint not null default 1,
  bot_sequence bigint not null default 0,
  -- A customer message the bot has not acted on yet.
  bot_waits_since timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, conversation_id) references conversation,
  foreign key (tenant_id, party_id) references party,
  foreign key (tenant_id, account_id) references channel_account
);
create unique index session_one_open on session (tenant_id, party_id, account_id) where closed_at is null;
create index session_of_conversation on session (tenant_id, conversation_id);
create index session_bot_silent on session (bot_waits_since) where bot_waits_since is not null and closed_at is null;

create table participant (
  tenant_id uuid not null,
  session_id uuid not null,
  kind text not null check (kind in ('customer', 'agent', 'bot', 'system')),
  actor_id uuid not null,
  role text not null check (role in ('customer', 'agent', 'bot', 'ivr', 'consult', 'monitor', 'whisper', 'barge')),
  joined_at timestamptz not null default clock_timestamp(),
  left_at timestamptz,
  primary key (tenant_id, session_id, actor_id, joined_at),
  foreign key (tenant_id, session_id) references session
);

-- Immutable envelope. `placed_at` is the database clock under the conversation lock, never going back.
create table timeline_item (
  tenant_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  session_id uuid,
  party_id uuid not null,
  seq bigint not null,
  kind text not null check (kind in ('message', 'note', 'handoff', 'routing', 'state', 'notice', 'moved')),
  actor_kind text not null,
  actor_id uuid,
  placed_at timestamptz not null,
  provider_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, conversation_id, seq),
  foreign key (tenant_id, conversation_id) references conversation,
  foreign key (tenant_id, session_id) references session,
  foreign key (tenant_id, party_id) references party
);
create index timeline_of_party on timeline_item (tenant_id, party_id, placed_at desc, id desc);

create table item_content (
  tenant_id uuid not null,
  item_id uuid not null,
  revision int not null default 1,
  text text,
  -- Everything else of a message: type, html, subject, attachments, choice; or data of a notice.
  body jsonb not null default '{}',
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, item_id, revision),
  foreign key (tenant_id, item_id) references timeline_item on delete cascade
);

create table item_state (
  tenant_id uuid not null,
  item_id uuid not null,
  reactions jsonb not null default '{}',
  deleted_at timestamptz,
  primary key (tenant_id, item_id),
  foreign key (tenant_id, item_id) references timeline_item on delete cascade
);

-- The provider's names of our items: dedupe of the same message and target of later events.
create table item_external (
  tenant_id uuid not null,
  account_id uuid not null,
  external_id text not null,
  item_id uuid not null,
  primary key (tenant_id, account_id, external_id),
  foreign key (tenant_id, account_id) references channel_account,
  foreign key (tenant_id, item_id) references timeline_item on delete cascade
);
create index item_external_of_item on item_external (tenant_id, item_id);

-- Events that came before the message they refer to.
create table orphan_event (
  tenant_id uuid not null,
  id uuid not null,
  account_id uuid not null,
  target text not null,
  event jsonb not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references channel_account
);
create index orphan_event_by_target on orphan_event (tenant_id, account_id, target);
create index orphan_event_age on orphan_event (created_at);

create table delivery (
  tenant_id uuid not null,
  id uuid not null,
  item_id uuid not null,
  session_id uuid not null,
  account_id uuid not null,
  state text not null default 'queued' check (state in
    ('queued', 'sending', 'unknown', 'accepted', 'sent', 'delivered', 'read', 'failed')),
  attempt int not null default 0,
  error_class text,
  error_detail text,
  next_attempt_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  unique (tenant_id, item_id),
  foreign key (tenant_id, item_id) references timeline_item on delete cascade,
  foreign key (tenant_id, session_id) references session,
  foreign key (tenant_id, account_id) references channel_account
);
create index delivery_stuck on delivery (updated_at) where state in ('queued', 'sending');

select meridian_protect(t::regclass) from unnest(array['party', 'customer', 'party_customer', 'customer_identity',
  'identity_link', 'conversation', 'session', 'participant', 'timeline_item', 'item_content', 'item_state',
  'item_external', 'orphan_event', 'delivery']) t;
select meridian_open_to_system(t::regclass) from unnest(array['orphan_event', 'delivery', 'session']) t;
