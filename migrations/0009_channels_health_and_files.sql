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
