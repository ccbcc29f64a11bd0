create table work_item (
  tenant_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  session_id uuid not null,
  queue_id uuid not null,
  branch_id uuid not null,
  state text not null default 'queued' check (state in
    ('queued', 'offered', 'active', 'wrapping', 'parked', 'done', 'overflowed', 'abandoned', 'cancelled')),
  class text not null,
  -- Head start in the queue, seconds.
  head_start_seconds int not null default 0,
  -- [{"skill": uuid, "level": 1..5}]
  skills jsonb not null default '[]',
  language text,
  sticky_agent_id uuid,
  agent_id uuid,
  -- Rises with every change of hands; what carries an older one is refused.
  epoch bigint not null default 1,
  enqueued_at timestamptz not null default clock_timestamp(),
  -- When the present wait began; the start of the plan's steps.
  queued_at timestamptz not null default clock_timestamp(),
  accepted_at timestamptz,
  wrap_until timestamptz,
  ended_at timestamptz,
  outcome text,
  primary key (tenant_id, id),
  foreign key (tenant_id, conversation_id) references conversation,
  foreign key (tenant_id, session_id) references session,
  foreign key (tenant_id, queue_id) references queue,
  foreign key (tenant_id, branch_id) references branch,
  foreign key (tenant_id, agent_id) references agent,
  check ((state in ('offered', 'active', 'wrapping')) = (agent_id is not null))
);
create unique index work_item_one_open on work_item (tenant_id, session_id)
  where state in ('queued', 'offered', 'active', 'wrapping', 'parked');
create index work_item_waiting on work_item (tenant_id, queue_id, queued_at) where state in ('queued', 'offered');
create index work_item_of_agent on work_item (tenant_id, agent_id) where agent_id is not null;
create index work_item_of_conversation on work_item (tenant_id, conversation_id);
create index work_item_wrapping on work_item (wrap_until) where state = 'wrapping';

create table offer (
  tenant_id uuid not null,
  id uuid not null,
  work_item_id uuid not null,
  agent_id uuid not null,
  epoch bigint not null,
  state text not null default 'pending' check (state in ('pending', 'accepted', 'declined', 'expired', 'rescinded')),
  reason text not null default '',
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, work_item_id) references work_item,
  foreign key (tenant_id, agent_id) references agent
);
create unique index offer_one_pending on offer (tenant_id, work_item_id) where state = 'pending';
create index offer_of_agent on offer (tenant_id, agent_id) where state = 'pending';
create index offer_of_work on offer (tenant_id, work_item_id, created_at);
create index offer_due on offer (expires_at) where state = 'pending';

create table work_item_event (
  tenant_id uuid not null,
  id bigint generated always as identity,
  work_item_id uuid not null,
  branch_id uuid not null,
  queue_id uuid not null,
  agent_id uuid,
  from_state text,
  to_state text not null,
  at timestamptz not null default clock_timestamp(),
  plan_version int not null default 0,
  reason text not null default '',
  primary key (tenant_id, id),
  foreign key (tenant_id, work_item_id) references work_item
);
create index work_item_event_of_work on work_item_event (tenant_id, work_item_id, id);

create table routing_decision (
  tenant_id uuid not null,
  id uuid not null,
  work_item_id uuid not null,
  queue_id uuid not null,
  at timestamptz not null default clock_timestamp(),
  trigger text not null,
  outcome text not null check (outcome in ('offered', 'waiting')),
  agent_id uuid,
  step smallint not null,
  plan_version int not null,
  -- Top few, each with score and factors.
  candidates jsonb not null,
  -- Reason to count.
  exclusions jsonb not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, work_item_id) references work_item
);
create index routing_decision_of_work on routing_decision (tenant_id, work_item_id, id);

create table handoff (
  tenant_id uuid not null,
  id uuid not null,
  session_id uuid not null,
  conversation_id uuid not null,
  item_id uuid not null,
  bot_id uuid not null,
  webhook_id text not null,
  request jsonb not null,
  -- The brief with cited items; null until the worker built it.
  brief jsonb,
  brief_state text not null default 'pending' check (brief_state in ('pending', 'ready', 'failed')),
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  unique (tenant_id, bot_id, webhook_id),
  foreign key (tenant_id, session_id) references session,
  foreign key (tenant_id, conversation_id) references conversation,
  foreign key (tenant_id, bot_id) references bot
);
create index handoff_of_conversation on handoff (tenant_id, conversation_id, created_at);

-- Ledger of what a bot was told; order per session by `sequence`.
create table bot_event (
  tenant_id uuid not null,
  id uuid not null,
  bot_id uuid not null,
  session_id uuid not null,
  sequence bigint not null,
  control_epoch bigint not null,
  kind text not null,
  data jsonb not null,
  state text not null default 'pending' check (state in ('pending', 'delivered', 'failed')),
  attempts int not null default 0,
  last_status int,
  last_error text,
  created_at timestamptz not null default clock_timestamp(),
  delivered_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, session_id, sequence),
  foreign key (tenant_id, bot_id) references bot,
  foreign key (tenant_id, session_id) references session
);

select meridian_protect(t::regclass) from unnest(array['work_item', 'offer', 'work_item_event', 'routing_decision',
  'handoff', 'bot_event']) t;
select meridian_open_to_system(t::regclass) from unnest(array['work_item', 'offer', 'queue']) t;
