-- Where a tenant's own system is asked about a customer whom somebody looks at: one address a tenant.
create table customer_lookup (
  tenant_id uuid primary key references tenant,
  url text not null,
  enabled boolean not null default true,
  -- Schemes of identifiers that may be sent.
  schemes text[] not null,
  -- For how long an answer is fresh.
  fresh_seconds int not null check (fresh_seconds between 10 and 86400),
  secret_sealed bytea not null,
  -- The secret before, which signs along until its time is over.
  previous_sealed bytea,
  previous_until timestamptz,
  -- Faults in a row, and until when nothing is asked.
  faults int not null default 0,
  rests_until timestamptz,
  answered_at timestamptz,
  answered_ms int,
  failed_at timestamptz,
  fault text,
  fault_detail text,
  created_at timestamptz not null default clock_timestamp()
);

-- The last answer about a customer, in each language that was asked for. Forgotten two days after it was asked for.
create table customer_lookup_answer (
  tenant_id uuid not null,
  customer_id uuid not null,
  locale text not null,
  -- Of the identifiers it was asked with: an answer to others is never shown.
  digest text not null,
  asked_at timestamptz not null default clock_timestamp(),
  -- Somebody asks right now, until then at the longest.
  asking_until timestamptz,
  answered_at timestamptz,
  -- Null with answered_at: not known there.
  answer jsonb,
  -- In vain since the answer, and why.
  failed_at timestamptz,
  fault text,
  fault_detail text,
  primary key (tenant_id, customer_id, locale),
  foreign key (tenant_id) references customer_lookup on delete cascade,
  foreign key (tenant_id, customer_id) references customer on delete cascade
);
create index customer_lookup_answer_old on customer_lookup_answer (asked_at);

select meridian_protect(t::regclass) from unnest(array['customer_lookup', 'customer_lookup_answer']) t;
select meridian_open_to_system('customer_lookup_answer');
