-- Webhooks of the tenant's own: what happens here is told there, signed, in order, at least once.

-- Tenants that have an endpoint, and since when. The relay copies the changes of these tenants, and of no others.
create table webhook_source (
  tenant_id uuid primary key references tenant,
  since timestamptz not null default clock_timestamp()
);

-- Changes on their way to become events, in the order of the tenant's stream.
create table webhook_change (
  tenant_id uuid not null,
  position bigint not null,
  change jsonb not null,
  primary key (tenant_id, position)
);

create table webhook_endpoint (
  tenant_id uuid not null references tenant,
  id uuid not null,
  name text not null,
  url text not null,
  -- Kinds of events it wants; empty for all.
  events text[] not null default '{}',
  -- Whether what was written goes along, or only who and when.
  content boolean not null default true,
  secret_sealed bytea not null,
  -- The secret before, which signs along until its time is over.
  previous_sealed bytea,
  previous_until timestamptz,
  status text not null default 'active' check (status in ('active', 'paused', 'disabled')),
  disable_after_hours int not null default 72 check (disable_after_hours between 1 and 240),
  -- Last number given to a delivery: receivers see gaps.
  sequence bigint not null default 0,
  -- Failures in a row, since when, and until when nothing is tried.
  failures int not null default 0,
  failing_since timestamptz,
  open_until timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id)
);

create table webhook_event (
  tenant_id uuid not null,
  id uuid not null,
  -- What it is about, once: the same fact seen twice is one event.
  key text not null,
  kind text not null,
  conversation_id uuid,
  data jsonb not null,
  at timestamptz not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  unique (tenant_id, key)
);
create index webhook_event_age on webhook_event (created_at);

create table webhook_delivery (
  tenant_id uuid not null,
  id uuid not null,
  endpoint_id uuid not null,
  event_id uuid not null,
  kind text not null,
  -- What must stay in order: the conversation, or whatever else the event is about.
  order_key uuid not null,
  sequence bigint not null,
  -- waiting: an earlier one of the same order key goes first.
  state text not null default 'waiting' check (state in ('waiting', 'pending', 'delivered', 'failed')),
  attempts int not null default 0,
  -- Attempts of its present round: a resend begins anew.
  tries int not null default 0,
  due_at timestamptz not null default clock_timestamp(),
  created_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, endpoint_id, sequence),
  foreign key (tenant_id, endpoint_id) references webhook_endpoint on delete cascade,
  foreign key (tenant_id, event_id) references webhook_event on delete cascade
);
create index webhook_delivery_due on webhook_delivery (tenant_id, endpoint_id, due_at) where state = 'pending';
create index webhook_delivery_open on webhook_delivery (tenant_id, endpoint_id, order_key, sequence)
  where state in ('waiting', 'pending');
create index webhook_delivery_of_event on webhook_delivery (tenant_id, event_id);
create index webhook_delivery_failed on webhook_delivery (tenant_id, endpoint_id, created_at) where state = 'failed';

create table webhook_attempt (
  tenant_id uuid not null,
  delivery_id uuid not null,
  n int not null,
  at timestamptz not null default clock_timestamp(),
  duration_ms int not null,
  headers jsonb not null,
  status int,
  response text not null default '',
  error text,
  primary key (tenant_id, delivery_id, n),
  foreign key (tenant_id, delivery_id) references webhook_delivery on delete cascade
);

select meridian_protect(t::regclass) from unnest(array['webhook_source', 'webhook_change', 'webhook_endpoint',
  'webhook_event', 'webhook_delivery', 'webhook_attempt']) t;
select meridian_open_to_system(t::regclass) from unnest(array['webhook_source', 'webhook_change', 'webhook_endpoint',
  'webhook_event', 'webhook_delivery']) t;

-- An endpoint that was given up concerns the admins; what stands is one alert an endpoint.
alter table alert drop constraint alert_kind_check;
alter table alert add constraint alert_kind_check
  check (kind in ('unservable', 'red_channel', 'overflow', 'emergency', 'shift', 'webhook'));
alter table alert add column webhook_endpoint_id uuid;
alter table alert add foreign key (tenant_id, webhook_endpoint_id) references webhook_endpoint on delete cascade;
create index alert_of_webhook on alert (tenant_id, webhook_endpoint_id) where webhook_endpoint_id is not null;

-- The ledger of a bot is read page by page.
create index bot_event_of_bot on bot_event (tenant_id, bot_id, id);

-- Knowledge: spaces of articles, each in languages, each language in revisions.
create table knowledge_space (
  tenant_id uuid not null references tenant,
  id uuid not null,
  name text not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  constraint knowledge_space_name unique (tenant_id, name)
);

create table knowledge_article (
  tenant_id uuid not null,
  id uuid not null,
  space_id uuid not null,
  -- Who may read it: customer, bot, agent, partner.
  audience text[] not null,
  archived_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  foreign key (tenant_id, space_id) references knowledge_space
);
create index knowledge_article_of_space on knowledge_article (tenant_id, space_id, id);

create table knowledge_revision (
  tenant_id uuid not null,
  article_id uuid not null,
  language text not null,
  revision int not null,
  state text not null default 'draft' check (state in ('draft', 'review', 'published', 'superseded')),
  title text not null,
  body text not null,
  author_id uuid,
  reviewer_id uuid,
  note text not null default '',
  created_at timestamptz not null default clock_timestamp(),
  published_at timestamptz,
  primary key (tenant_id, article_id, language, revision),
  foreign key (tenant_id, article_id) references knowledge_article on delete cascade
);

-- What is published now, with its terms: words, and pairs of characters where words are not apart.
create table knowledge_text (
  tenant_id uuid not null,
  article_id uuid not null,
  language text not null,
  revision int not null,
  audience text[] not null,
  title_terms text[] not null,
  terms text[] not null,
  primary key (tenant_id, article_id, language),
  foreign key (tenant_id, article_id, language, revision) references knowledge_revision on delete cascade
);
create index knowledge_text_terms on knowledge_text using gin (terms);

-- Rises with each publication for partners: who has not read it is not asked in overflow.
create table knowledge_state (
  tenant_id uuid primary key references tenant,
  revision int not null default 0,
  changed_at timestamptz not null default clock_timestamp()
);

-- What became of a suggestion.
create table knowledge_use (
  tenant_id uuid not null,
  item_id uuid not null,
  article_id uuid not null,
  agent_id uuid not null,
  language text not null,
  revision int not null,
  accepted boolean not null,
  at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, item_id, article_id, agent_id),
  foreign key (tenant_id, item_id) references timeline_item on delete cascade,
  foreign key (tenant_id, article_id) references knowledge_article on delete cascade,
  foreign key (tenant_id, agent_id) references agent
);
create index knowledge_use_of_article on knowledge_use (tenant_id, article_id);

select meridian_protect(t::regclass) from unnest(array['knowledge_space', 'knowledge_article', 'knowledge_revision',
  'knowledge_text', 'knowledge_state', 'knowledge_use']) t;
select meridian_open_to_system('knowledge_text');

-- Row-level security keeps a search by terms from its index, so it goes through one function that answers within the
-- tenant of the transaction alone. A term weighs the more the fewer of the found texts hold it, twice in a title.
create function search_knowledge(words text[], reader text, most int)
returns table (article_id uuid, language text, revision int, score float8, share float8)
language sql stable security definer set search_path = public as $$
  with found as (
    select t.article_id, t.language, t.revision, t.title_terms, t.terms from knowledge_text t
    where t.tenant_id = current_setting('app.tenant_id')::uuid and t.terms && words and reader = any(t.audience)
    limit 2000
  ), weight as (
    select w.word, ln(1 + ((select count(*) from found) + 0.5) / (count(f.article_id) + 0.5)) as weight
    from (select distinct unnest(words) as word) w left join found f on w.word = any(f.terms) group by w.word
  )
  select f.article_id, f.language, f.revision,
         sum(w.weight * case when w.word = any(f.title_terms) then 2 else 1 end)::float8 as score,
         (count(*)::float8 / cardinality(words)) as share
  from found f join weight w on w.word = any(f.terms)
  group by f.article_id, f.language, f.revision
  order by 4 desc, 1, 2 limit most
$$;
alter function search_knowledge owner to meridian_system;
revoke all on function search_knowledge from public;
grant execute on function search_knowledge to meridian_app;
