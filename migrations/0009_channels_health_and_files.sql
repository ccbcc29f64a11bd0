-- How each connected account is doing, and the files of messages.

create table channel_health (
  tenant_id uuid not null,
  account_id uuid not null,
  -- Why it needs an admin, as a code and in words; empty = well.
  code text not null default '',
  reason text not null default '',
  -- Since when it is well or not.
  since timestamptz not null default clock_timestamp(),
  -- The last request whose signature was right, within half a minute.
  last_inbound_at timestamptz,
  last_accepted_at timestamptz,
  last_auth_failure_at timestamptz,
  -- Sends in a row that failed for the provider's sake.
  failures int not null default 0,
  primary key (tenant_id, account_id),
  foreign key (tenant_id, account_id) references channel_account on delete cascade
);
select meridian_protect('channel_health');

create table attachment (
  tenant_id uuid not null,
  id uuid not null,
  -- Null: uploaded by an agent and not sent yet.
  item_id uuid,
  -- Set for what a customer sent.
  account_id uuid,
  -- Set for what an agent sent.
  uploaded_by uuid,
  position smallint not null default 0,
  kind text not null,
  name text not null default '',
  content_type text not null default '',
  size bigint not null default 0,
  sha256 bytea,
  state text not null default 'pending' check (state in ('pending', 'stored', 'failed', 'refused')),
  reason text not null default '',
  -- Where the bytes come from; JSON null once they are here, for it may hold keys.
  source jsonb not null default 'null',
  created_at timestamptz not null default clock_timestamp(),
  stored_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, item_id) references timeline_item on delete cascade,
  foreign key (tenant_id, account_id) references channel_account,
  foreign key (tenant_id, uploaded_by) references agent
);
create index attachment_of_item on attachment (tenant_id, item_id) where item_id is not null;
create index attachment_stuck on attachment (created_at) where state = 'pending';
select meridian_protect('attachment');
select meridian_open_to_system('attachment');
