-- A session is one person on one account in one place: a group, a room or a channel of the provider is a place of its own.
drop index session_one_open;
create unique index session_one_open on session (tenant_id, party_id, account_id, thread) nulls not distinct
  where closed_at is null;

-- Nobody waits for an answer in it so far: an echo, an automatic mail, or what another application owns.
alter table session drop constraint session_control_check;
alter table session add constraint session_control_check check (control in ('none', 'bot', 'queue', 'agent'));

-- What a person said to an account about messages from it: they left (blocked it, unsubscribed), or want silence.
create table opt_out (
  tenant_id uuid not null,
  party_id uuid not null,
  account_id uuid not null,
  kind text not null check (kind in ('left', 'silence')),
  at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, party_id, account_id),
  foreign key (tenant_id, party_id) references party on delete cascade,
  foreign key (tenant_id, account_id) references channel_account on delete cascade
);
select meridian_protect('opt_out'::regclass);
