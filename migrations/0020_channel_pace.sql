-- Providers take so many messages of an account a second. A send that comes sooner is given its turn, and a job for it.
create table channel_pace (
  tenant_id uuid not null,
  account_id uuid not null,
  -- When the next send may leave.
  next_at timestamptz not null,
  primary key (tenant_id, account_id),
  foreign key (tenant_id, account_id) references channel_account on delete cascade
);
select meridian_protect('channel_pace'::regclass);

-- The turn of a send that waits for one; it keeps it until it is tried.
alter table delivery add column turn_at timestamptz;
