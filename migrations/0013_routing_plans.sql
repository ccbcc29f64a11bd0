-- Plans keep their whole content, who made them and why.
alter table routing_plan
  add column target_seconds int not null default 0 check (target_seconds between 0 and 86400),
  add column reserve boolean not null default false,
  add column author_id uuid,
  add column note text not null default '';

-- What is taken out of use keeps its past and gives its name free.
alter table skill add column active boolean not null default true;
alter table skill drop constraint skill_tenant_id_name_key;
create unique index skill_tenant_id_name_key on skill (tenant_id, name) where active;
alter table queue drop constraint queue_tenant_id_name_key;
create unique index queue_tenant_id_name_key on queue (tenant_id, name) where active;

-- Work given by hand is a decision too.
alter table routing_decision drop constraint routing_decision_outcome_check;
alter table routing_decision add constraint routing_decision_outcome_check
  check (outcome in ('offered', 'waiting', 'assigned'));

-- The red channel: for whom work is kept, until when, and by which rule.
alter table work_item
  add column named_agent_id uuid,
  add column named_until timestamptz,
  add column red_rule text,
  add foreign key (tenant_id, named_agent_id) references agent;

-- What needs somebody's eye.
create table alert (
  tenant_id uuid not null references tenant,
  id uuid not null,
  kind text not null check (kind in ('unservable', 'red_channel', 'overflow', 'emergency', 'shift')),
  severity smallint not null default 3 check (severity between 1 and 5),
  work_item_id uuid,
  conversation_id uuid,
  customer_id uuid,
  queue_id uuid,
  -- Whom it concerns first; the floor sees it anyhow.
  agent_id uuid,
  text text not null,
  raised_at timestamptz not null default clock_timestamp(),
  acknowledged_at timestamptz,
  acknowledged_by uuid,
  ended_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, work_item_id) references work_item,
  foreign key (tenant_id, conversation_id) references conversation,
  foreign key (tenant_id, customer_id) references customer,
  foreign key (tenant_id, queue_id) references queue,
  foreign key (tenant_id, agent_id) references agent
);
create unique index alert_one_open on alert (tenant_id, kind, work_item_id) where ended_at is null;
create index alert_open on alert (tenant_id, id) where ended_at is null;

-- What other systems say about a customer. Told by address, so that links decide whose it is.
create table customer_event (
  tenant_id uuid not null references tenant,
  id uuid not null,
  party_id uuid not null,
  account_id uuid,
  -- The sender's own id of it: told twice is once.
  external_id text,
  kind text not null,
  severity smallint not null check (severity between 1 and 5),
  text text not null default '',
  data jsonb not null default '{}',
  occurred_at timestamptz not null,
  received_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  unique (tenant_id, account_id, external_id),
  foreign key (tenant_id, party_id) references party,
  foreign key (tenant_id, account_id) references channel_account
);
create index customer_event_of_party on customer_event (tenant_id, party_id, received_at);

create table red_rules (
  tenant_id uuid not null references tenant,
  version int not null,
  rules jsonb not null,
  active boolean not null default true,
  author_id uuid,
  note text not null default '',
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, version)
);
create unique index red_rules_active on red_rules (tenant_id) where active;

select meridian_protect(t::regclass) from unnest(array['alert', 'customer_event', 'red_rules']) t;

-- Sites whose open work goes on to who is awake when their shift ends.
alter table site add column hands_over boolean not null default false;
-- A hand-off between people has no bot.
alter table handoff alter column bot_id drop not null;

-- Partners, and the revision of the knowledge they have learned.
alter table agent
  add column outsourced boolean not null default false,
  add column knowledge_revision int not null default 0;
alter table queue
  add column overflow jsonb,
  add column overflow_open boolean not null default false,
  add column overflow_since timestamptz;

create table emergency_plan (
  tenant_id uuid not null references tenant,
  id uuid not null,
  name text not null,
  switches jsonb not null,
  minutes int not null check (minutes between 1 and 10080),
  primary key (tenant_id, id),
  unique (tenant_id, name)
);

-- A plan in force, or that was: what it switched stays known when the plan is changed.
create table emergency_activation (
  tenant_id uuid not null,
  id uuid not null,
  plan_id uuid not null,
  name text not null,
  switches jsonb not null,
  activated_by uuid,
  activated_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  ended_by uuid,
  primary key (tenant_id, id),
  foreign key (tenant_id, plan_id) references emergency_plan on delete cascade
);
create unique index emergency_activation_one on emergency_activation (tenant_id, plan_id) where ended_at is null;

-- To which engagements a plan's message was told.
create table emergency_notice (
  tenant_id uuid not null,
  activation_id uuid not null,
  session_id uuid not null,
  at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, activation_id, session_id),
  foreign key (tenant_id, activation_id) references emergency_activation on delete cascade,
  foreign key (tenant_id, session_id) references session
);

select meridian_protect(t::regclass) from unnest(array['emergency_plan', 'emergency_activation', 'emergency_notice']) t;
