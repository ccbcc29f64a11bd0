-- Dialogues that administrators play with a bot. Nothing of them is a conversation, and after a day they are forgotten.
create table bot_test (
  tenant_id uuid not null,
  -- Also the session and the conversation that the bot is told of: neither exists.
  id uuid not null,
  bot_id uuid not null,
  -- How it stands, with its turns. Texts may hold what jsonb does not take.
  test json not null,
  -- The recorded dialogue that is played again; null for one that is played by hand.
  dialogue json,
  -- Counts those who began to tell the bot something; what they bring counts while it is theirs.
  version int not null default 0,
  -- Somebody tells the bot something, until then at the longest.
  busy_until timestamptz,
  -- Events that were told in the minute that began then.
  minute timestamptz not null default date_trunc('minute', clock_timestamp()),
  events int not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  foreign key (tenant_id, bot_id) references bot on delete cascade
);
create index bot_test_of_bot on bot_test (tenant_id, bot_id, created_at);
create index bot_test_by_age on bot_test (created_at);

select meridian_protect('bot_test');
select meridian_open_to_system('bot_test');
