-- What is understood of customers' words: with each revision of a message, and of an engagement as a whole.
alter table item_content add column understood jsonb;
alter table session add column heard jsonb not null default '{}';

-- What intents are learned from.
create table intent_example (
  tenant_id uuid not null references tenant,
  id uuid not null,
  label text not null,
  text text not null,
  -- Of the text as duplicates are told: one text has one intent.
  digest bytea not null,
  source text not null check (source in ('imported', 'corrected')),
  -- The message it was corrected on: it goes with it.
  item_id uuid,
  actor_id uuid,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  constraint intent_example_text unique (tenant_id, digest),
  constraint intent_example_item unique (tenant_id, item_id),
  foreign key (tenant_id, item_id) references timeline_item on delete cascade
);
create index intent_example_of_label on intent_example (tenant_id, label, id);

create table intent_model (
  tenant_id uuid not null references tenant,
  version int not null,
  state text not null default 'training' check (state in ('training', 'trained', 'active', 'retired', 'failed')),
  -- Of the training, percent.
  progress smallint not null default 0,
  examples int not null default 0,
  evaluation jsonb,
  -- As `Model::to_bytes` writes it.
  model bytea check (octet_length(model) <= 20971520),
  error text,
  requested_by uuid,
  requested_at timestamptz not null default clock_timestamp(),
  trained_at timestamptz,
  activated_by uuid,
  activated_at timestamptz,
  primary key (tenant_id, version)
);
create unique index intent_model_active on intent_model (tenant_id) where state = 'active';

select meridian_protect(t::regclass) from unnest(array['intent_example', 'intent_model']) t;

-- Read by its first bytes in lists.
alter table intent_model alter column model set storage external;
