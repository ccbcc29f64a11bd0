-- Where a bot lives, and by which names of its own it asks for a person.
alter table bot
  add column platform text not null default 'native',
  add column handoff_names text[] not null default '{}',
  -- Last place given out in the bot's event stream.
  add column stream_position bigint not null default 0;

-- Bots without a public address read their events as a stream: a place is given to what is seen committed.
alter table bot_event add column position bigint;
create index bot_event_unplaced on bot_event (tenant_id, bot_id, session_id, sequence)
  where position is null and state = 'pending';
create index bot_event_of_stream on bot_event (tenant_id, bot_id, position) where state = 'pending';

-- A key of a bot acts as that bot and nothing else.
alter table api_key add column bot_id uuid;
alter table api_key add foreign key (tenant_id, bot_id) references bot;

-- Some calls of a platform name its conversation and nobody.
create index session_by_thread on session (tenant_id, account_id, thread)
  where closed_at is null and thread is not null;
create index channel_account_of_bot on channel_account (tenant_id, bot_id) where bot_id is not null;

drop function lookup_bot;
create function lookup_bot(bot_id uuid)
returns table (tenant_id uuid, secret_sealed bytea, status text, platform text, handoff_names text[])
language sql stable security definer set search_path = public as $$
  select b.tenant_id, b.secret_sealed, b.status, b.platform, b.handoff_names
  from bot b join tenant t on t.tenant_id = b.tenant_id
  where b.id = bot_id and t.status = 'active'
$$;
alter function lookup_bot owner to meridian_system;
revoke all on function lookup_bot from public;
grant execute on function lookup_bot to meridian_intake, meridian_app;
