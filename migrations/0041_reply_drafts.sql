-- Drafts of replies that a language model writes for an agent. Nothing is sent from here: a draft is put into a reply by an
-- agent, or not; what became of it is kept with it.
create table reply_draft (
  tenant_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  -- The customer's newest message when it was asked for: a later one makes the draft stale.
  item_id uuid not null,
  asked_by uuid not null,
  -- What the agent wished of it; empty for nothing in particular.
  instruction text not null default '',
  state text not null default 'pending' check (state in ('pending', 'ready', 'failed', 'cancelled')),
  -- Sentences with their sources, once it is ready.
  draft jsonb,
  -- Why it failed, for people.
  reason text not null default '',
  -- What became of a ready one; null while nobody has said.
  outcome text check (outcome in ('sent', 'edited', 'dismissed')),
  -- Share of its words that were sent, 0 to 1.
  kept real,
  sent_item_id uuid,
  created_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, conversation_id) references conversation on delete cascade,
  foreign key (tenant_id, item_id) references timeline_item on delete cascade,
  foreign key (tenant_id, asked_by) references agent,
  foreign key (tenant_id, sent_item_id) references timeline_item on delete cascade
);
create index reply_draft_of_conversation on reply_draft (tenant_id, conversation_id, created_at);
create index reply_draft_of_item on reply_draft (tenant_id, item_id);
create index reply_draft_by_sent_item on reply_draft (tenant_id, sent_item_id) where sent_item_id is not null;
-- A conversation has one in hand at a time.
create unique index reply_draft_pending on reply_draft (tenant_id, conversation_id) where state = 'pending';
-- The sweeper looks for what nobody wrote, and for what is old.
create index reply_draft_waiting on reply_draft (created_at) where state = 'pending';
create index reply_draft_by_age on reply_draft (created_at);

select meridian_protect('reply_draft');
select meridian_open_to_system('reply_draft');
