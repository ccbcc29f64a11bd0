-- Codes of the tenant: what came of work when it was written up, and why an offer was let pass. They are never deleted:
-- what was counted under them stays.
create table work_code (
  tenant_id uuid not null references tenant,
  id uuid not null,
  kind text not null check (kind in ('wrap_up', 'decline')),
  name text not null,
  -- In Chinese; empty = as `name`.
  name_zh text not null default '',
  -- Queues that offer it; empty = all.
  queue_ids uuid[] not null default '{}',
  active boolean not null default true,
  primary key (tenant_id, id)
);
create unique index work_code_name on work_code (tenant_id, kind, name) where active;
select meridian_protect('work_code');

-- Whether one of the codes must be named.
alter table queue
  add column wrap_up_code_required boolean not null default false,
  add column decline_code_required boolean not null default false;

-- What came of it.
alter table work_item
  add column wrap_up_code_id uuid,
  add foreign key (tenant_id, wrap_up_code_id) references work_code;
alter table offer
  add column decline_code_id uuid,
  add foreign key (tenant_id, decline_code_id) references work_code;

-- What came of the offer that a decision led to, when it was let pass.
alter table routing_decision
  add column declined_reason text,
  add column decline_code_id uuid;

-- Work that goes to the people of one site alone, and until when; without an end it waits for them.
alter table work_item
  add column site_id uuid,
  add column site_until timestamptz,
  add foreign key (tenant_id, site_id) references site on delete set null (site_id);
create index work_item_for_site on work_item (tenant_id, site_id) where site_id is not null;

-- A colleague who is asked for advice: reads along and writes notes, while the owner stays the owner.
create table consult (
  tenant_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  asked_by uuid not null,
  agent_id uuid not null,
  -- What is asked.
  note text not null default '',
  began_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  -- done, or resolved together with the conversation.
  end_reason text,
  primary key (tenant_id, id),
  foreign key (tenant_id, conversation_id) references conversation,
  foreign key (tenant_id, asked_by) references agent,
  foreign key (tenant_id, agent_id) references agent
);
create unique index consult_one_open on consult (tenant_id, conversation_id, agent_id) where ended_at is null;
create index consult_of_agent on consult (tenant_id, agent_id) where ended_at is null;
create index consult_of_conversation on consult (tenant_id, conversation_id);
select meridian_protect('consult');
