-- What is pulled from providers, who owns an address, and what may be said outside of a reply window.

-- Where the pull of an account stands: one row a mailbox folder or a customer service account. It moves in the
-- transaction that stores what was pulled.
create table channel_cursor (
  tenant_id uuid not null,
  id uuid not null,
  account_id uuid not null,
  -- What is pulled, in the provider's words.
  name text not null,
  -- How far it was read, in the provider's words; empty = nothing yet.
  position text not null default '',
  -- What the provider said with its last call to pull; worth nothing after minutes.
  hint text not null default '',
  pulled_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  unique (tenant_id, account_id, name),
  foreign key (tenant_id, account_id) references channel_account on delete cascade
);
select meridian_protect('channel_cursor');

-- Whose mail an address is. An account owns the address customers see and those listed with it.
alter table channel_account add column mail_address text generated always as (
  case when kind = 'email' then lower(regexp_replace(settings->>'from', '^.*<([^<>]*)>[^>]*$', '\1')) end
) stored;
create index channel_account_mail on channel_account (mail_address) where mail_address is not null;
create index channel_account_addresses on channel_account using gin (addresses) where kind = 'email';

-- The account that an address belongs to. Of several it is the one that was connected first: nobody takes over the mail
-- of others by naming their address.
create function lookup_mailbox(address text) returns table (account_id uuid)
language sql stable security definer set search_path = public as $$
  select a.id from (
    select id, tenant_id, status from channel_account where mail_address = address
    union all
    select id, tenant_id, status from channel_account where kind = 'email' and addresses @> array[address]
  ) a join tenant t on t.tenant_id = a.tenant_id
  where a.status <> 'disabled' and t.status = 'active'
  order by a.id limit 1
$$;
alter function lookup_mailbox owner to meridian_system;
revoke all on function lookup_mailbox from public;
grant execute on function lookup_mailbox to meridian_app, meridian_intake;

-- Sends of a session: which goes first, and which a receipt for everything up to a time is about.
create index delivery_of_session on delivery (tenant_id, session_id, id);
create index session_of_party on session (tenant_id, party_id, account_id);

-- Messages a provider has approved, to be sent outside of its reply window.
create table message_template (
  tenant_id uuid not null,
  id uuid not null,
  account_id uuid not null,
  name text not null,
  -- As the provider writes it (en_US, zh_CN).
  language text not null,
  category text not null default '',
  state text not null default 'approved' check (state in ('approved', 'pending', 'rejected', 'paused')),
  -- What stands above the text: nothing, a text, or a file.
  header text not null default '' check (header in ('', 'text', 'image', 'video', 'document')),
  header_text text not null default '',
  body text not null,
  footer text not null default '',
  -- Kept by hand, or as the provider lists it.
  source text not null default 'manual' check (source in ('manual', 'provider')),
  updated_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  unique (tenant_id, account_id, name, language),
  foreign key (tenant_id, account_id) references channel_account on delete cascade
);
select meridian_protect('message_template');
