-- Facts that come with imports, and how long an identifier was its holder's.
alter table customer add column birth_date date;
alter table customer_identity add column valid_to timestamptz;
create index customer_merged_into on customer (tenant_id, merged_into) where merged_into is not null;
create index identity_link_by_origin on identity_link (tenant_id, from_customer_id, id) where from_customer_id is not null;
alter table identity_link drop constraint identity_link_kind_check;
alter table identity_link add constraint identity_link_kind_check check (kind in
  ('link', 'unlink', 'merge', 'unmerge', 'split', 'suggest', 'confirm', 'reject'));

-- Blocking keys of customers: who may be one person shares one. Merged customers have none.
create table identity_block (
  tenant_id uuid not null,
  key bigint not null,
  customer_id uuid not null,
  primary key (tenant_id, key, customer_id),
  foreign key (tenant_id, customer_id) references customer on delete cascade
);
create index identity_block_of_customer on identity_block (tenant_id, customer_id);

-- Pairs of customers that may be one person, and what people said of them. A refused pair is a constraint: whatever was
-- merged into either, the two are never brought together by evidence again.
create table identity_candidate (
  tenant_id uuid not null,
  id uuid not null,
  -- The lower id first.
  customer_id uuid not null,
  other_id uuid not null check (other_id > customer_id),
  -- Log odds that the two are one person, in hundredths.
  score int not null,
  -- [{"field", "agreement", "weight"}]: never values.
  evidence jsonb not null default '[]',
  state text not null default 'open' check (state in ('open', 'confirmed', 'refused')),
  created_at timestamptz not null default clock_timestamp(),
  decided_at timestamptz,
  decided_by uuid,
  primary key (tenant_id, id),
  unique (tenant_id, customer_id, other_id),
  foreign key (tenant_id, customer_id) references customer on delete cascade,
  foreign key (tenant_id, other_id) references customer on delete cascade
);
create index identity_candidate_of_other on identity_candidate (tenant_id, other_id);
create index identity_candidate_queue on identity_candidate (tenant_id, state, score desc, id desc);

-- What people declared of a value: shared by several, one person's, or never a key. Mail also by `local@` and `@domain`.
create table identity_rule (
  tenant_id uuid not null references tenant,
  scheme text not null,
  value text not null,
  declared text not null check (declared in ('shared', 'personal', 'blocked')),
  reason text not null default '',
  actor_id uuid,
  at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, scheme, value)
);

-- Parameters of scoring, estimated from the tenant's own customers; and how frequent the words of their names are.
create table identity_model (
  tenant_id uuid primary key references tenant,
  -- Null until there were enough customers to learn from.
  params jsonb,
  -- How many customers it was learned from, and how many there were.
  records int not null default 0,
  customers int not null default 0,
  asked_at timestamptz not null default clock_timestamp(),
  learned_at timestamptz
);
create table identity_term (
  tenant_id uuid not null references tenant,
  role text not null,
  value text not null,
  share float8 not null,
  primary key (tenant_id, role, value)
);

-- Long work over a tenant's customers, a part at a time: de-duplication, import.
create table identity_run (
  tenant_id uuid not null references tenant,
  id uuid not null,
  kind text not null check (kind in ('dedupe', 'import')),
  name text not null default '',
  state text not null default 'waiting' check (state in ('preview', 'waiting', 'running', 'done', 'failed')),
  total int not null default 0,
  done int not null default 0,
  -- dedupe: pairs suggested; import: customers created, rows that met a known customer, rows refused.
  found int not null default 0,
  linked int not null default 0,
  refused int not null default 0,
  -- Where to go on: dedupe writes keys first, then compares.
  phase smallint not null default 0,
  last_id uuid,
  last_line int not null default 0,
  actor_id uuid,
  error text,
  created_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  primary key (tenant_id, id)
);
create index identity_run_newest on identity_run (tenant_id, kind, created_at desc, id desc);

-- Rows of an import as they were read. What was refused says why.
create table identity_import_row (
  tenant_id uuid not null,
  run_id uuid not null,
  line int not null,
  record jsonb not null,
  refusal text,
  primary key (tenant_id, run_id, line),
  foreign key (tenant_id, run_id) references identity_run on delete cascade
);

select meridian_protect(t::regclass) from unnest(array['identity_block', 'identity_candidate', 'identity_rule',
  'identity_model', 'identity_term', 'identity_run', 'identity_import_row']) t;

-- Customers there are already get their keys, and are compared, by a run of each tenant.
alter table tenant no force row level security;
alter table customer no force row level security;
alter table identity_run no force row level security;
alter table outbox no force row level security;
insert into identity_run (tenant_id, id, kind, total)
  select t.tenant_id, gen_random_uuid(), 'dedupe', (select count(*) from customer c where c.tenant_id = t.tenant_id)
  from tenant t where exists (select from customer c where c.tenant_id = t.tenant_id);
insert into outbox (tenant_id, lane, queue, payload)
  select tenant_id, 0, 'bulk.0', jsonb_build_object('job', 'run_identity', 'run', id) from identity_run;
alter table tenant force row level security;
alter table customer force row level security;
alter table identity_run force row level security;
alter table outbox force row level security;
