-- How much may wait in a queue, and what happens beyond.
alter table queue add column line jsonb;
-- What the cap made of work when it came; null before it was looked at.
alter table work_item add column line text check (line in ('admitted', 'refused', 'overflow', 'callback'));

-- Where the line of each queue stands, as the router saw it last: what customers are told rests on it.
create table queue_pace (
  tenant_id uuid not null,
  queue_id uuid not null,
  waiting int not null,
  -- Departures an hour while something waits; null before enough was seen.
  per_hour int,
  at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, queue_id),
  foreign key (tenant_id, queue_id) references queue on delete cascade
);

-- Callbacks, and work that is due later.
create table scheduled_work (
  tenant_id uuid not null references tenant,
  id uuid not null,
  kind text not null check (kind in ('callback', 'task')),
  session_id uuid not null,
  -- A callback keeps the work of the customer who did not want to wait; a task makes its own when it is due.
  work_item_id uuid,
  queue_id uuid not null,
  -- Who is asked first.
  agent_id uuid,
  state text not null default 'waiting' check (state in ('waiting', 'due', 'done', 'expired', 'cancelled')),
  due_at timestamptz not null,
  -- A callback that could not be made until then ends with a message.
  until_at timestamptz,
  time_zone text not null,
  attempts smallint not null default 0,
  note text not null default '',
  created_at timestamptz not null default clock_timestamp(),
  created_by_kind text not null,
  created_by_id uuid,
  ended_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, session_id) references session,
  foreign key (tenant_id, work_item_id) references work_item,
  foreign key (tenant_id, queue_id) references queue,
  foreign key (tenant_id, agent_id) references agent
);
create unique index scheduled_work_one_callback on scheduled_work (tenant_id, work_item_id)
  where state in ('waiting', 'due');
create index scheduled_work_of_session on scheduled_work (tenant_id, session_id);
create index scheduled_work_open on scheduled_work (tenant_id, due_at, id) where state in ('waiting', 'due');
-- For the sweeper: what a timer forgot.
create index scheduled_work_due on scheduled_work (due_at) where state = 'waiting';
create index scheduled_work_over on scheduled_work (until_at) where state in ('waiting', 'due');

create table callback_attempt (
  tenant_id uuid not null,
  scheduled_work_id uuid not null,
  number smallint not null,
  at timestamptz not null default clock_timestamp(),
  agent_id uuid,
  outcome text not null check (outcome in ('reached', 'no_answer', 'busy', 'unreachable')),
  note text not null default '',
  primary key (tenant_id, scheduled_work_id, number),
  foreign key (tenant_id, scheduled_work_id) references scheduled_work on delete cascade,
  foreign key (tenant_id, agent_id) references agent
);

-- Reports: what was born in a time, and what people did in it.
create index work_item_event_born on work_item_event (tenant_id, at, id) where from_state is null;
create index work_item_event_of_people on work_item_event (tenant_id, at, id) where agent_id is not null;
create index agent_state_interval_ended on agent_state_interval (tenant_id, valid_to);

select meridian_protect(t::regclass) from unnest(array['queue_pace', 'scheduled_work', 'callback_attempt']) t;
select meridian_open_to_system('scheduled_work'::regclass);

-- Comparisons of two plans of a queue over past days.
create table what_if (
  tenant_id uuid not null references tenant,
  id uuid not null,
  queue_id uuid not null,
  from_at timestamptz not null,
  to_at timestamptz not null,
  target_seconds int not null check (target_seconds between 1 and 86400),
  plan_a jsonb not null,
  plan_b jsonb not null,
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
  -- Pieces of work to play, under both plans, and how many were.
  total int not null default 0,
  done int not null default 0,
  result jsonb,
  error text,
  created_at timestamptz not null default clock_timestamp(),
  created_by_id uuid,
  finished_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, queue_id) references queue
);
create unique index what_if_one on what_if (tenant_id) where state in ('waiting', 'running');
select meridian_protect('what_if'::regclass);
