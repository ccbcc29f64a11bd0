-- Who checks for the tenant, outside, that somebody is who they say: a voiceprint, a document, questions, a login.
create table identity_verifier (
  tenant_id uuid not null references tenant,
  id uuid not null,
  name text not null check (name <> ''),
  kind text not null check (kind in ('voiceprint', 'document', 'knowledge', 'login', 'other')),
  -- A check passes from this score on, fails below that one, and says nothing between the two.
  accept float8 not null check (accept > 0 and accept <= 1),
  reject float8 not null check (reject >= 0 and reject <= accept),
  -- For how long a check counts when it does not say.
  hours smallint not null check (hours > 0),
  enabled boolean not null default true,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  unique (tenant_id, name)
);

-- Consents, by the reference under which the tenant keeps them. Withdrawn is for good: a new consent has a new reference.
create table identity_consent (
  tenant_id uuid not null references tenant,
  reference text not null,
  given_at timestamptz not null,
  withdrawn_at timestamptz,
  primary key (tenant_id, reference)
);

-- What a check found, never what it looked at. Forgotten a week after it stops to count.
create table identity_signal (
  tenant_id uuid not null,
  id uuid not null,
  verifier_id uuid not null,
  -- The verifier's own number of the check: told twice is once.
  reference text not null check (length(reference) <= 128),
  -- The address that was checked, in which session, and the customer it claims to be.
  party_id uuid not null,
  session_id uuid,
  customer_id uuid not null,
  -- Gone with the consent.
  score float8 check (score between 0 and 1),
  -- The verifier's thresholds as they were then.
  accept float8 not null,
  reject float8 not null,
  consent text not null,
  checked_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > checked_at),
  primary key (tenant_id, id),
  unique (tenant_id, verifier_id, reference),
  foreign key (tenant_id, verifier_id) references identity_verifier,
  foreign key (tenant_id, party_id) references party,
  foreign key (tenant_id, session_id) references session,
  foreign key (tenant_id, customer_id) references customer on delete cascade,
  foreign key (tenant_id, consent) references identity_consent
);
create index identity_signal_of_party on identity_signal (tenant_id, party_id);
create index identity_signal_of_customer on identity_signal (tenant_id, customer_id);
create index identity_signal_of_consent on identity_signal (tenant_id, consent);
create index identity_signal_old on identity_signal (expires_at);

select meridian_protect(t::regclass) from unnest(array['identity_verifier', 'identity_consent', 'identity_signal']) t;
select meridian_open_to_system('identity_signal');

-- Whether mail addresses with different tags behind a plus sign are different mailboxes; else the tag names a folder.
alter table tenant add column sub_addresses_apart boolean not null default false;
