-- Checklists of next steps: kept per intent, suggested in a conversation, followed or ignored there.
create table checklist (
  tenant_id uuid not null references tenant,
  id uuid not null,
  title text not null,
  title_zh text not null default '',
  intents text[] not null,
  steps jsonb not null,
  version int not null default 1,
  archived_at timestamptz,
  updated_at timestamptz not null default clock_timestamp(),
  updated_by uuid,
  primary key (tenant_id, id)
);

-- Which checklist in use an intent has: one at most, found by its name.
create table checklist_intent (
  tenant_id uuid not null,
  label text not null,
  checklist_id uuid not null,
  primary key (tenant_id, label),
  foreign key (tenant_id, checklist_id) references checklist on delete cascade
);
create index checklist_intent_of_checklist on checklist_intent (tenant_id, checklist_id);

-- A checklist in a conversation: what was answered, the steps as they were then, and what is ticked.
create table checklist_use (
  tenant_id uuid not null,
  conversation_id uuid not null,
  checklist_id uuid not null,
  state text not null check (state in ('followed', 'ignored')),
  version int not null,
  intent text,
  ignored_for text[] not null default '{}',
  title text not null,
  title_zh text not null default '',
  steps jsonb not null,
  marks jsonb not null default '{}',
  agent_id uuid,
  answered_at timestamptz not null default clock_timestamp(),
  completed_at timestamptz,
  open_reason text not null default '',
  primary key (tenant_id, conversation_id, checklist_id),
  foreign key (tenant_id, conversation_id) references conversation on delete cascade,
  foreign key (tenant_id, checklist_id) references checklist on delete cascade,
  foreign key (tenant_id, agent_id) references agent
);
create index checklist_use_of_checklist on checklist_use (tenant_id, checklist_id);

select meridian_protect(t::regclass) from unnest(array['checklist', 'checklist_intent', 'checklist_use']) t;
