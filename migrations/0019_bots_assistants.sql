-- A bot that Meridian runs itself: the name of its model and what it is to do. Its `url` is the endpoint's address, its
-- secret the endpoint's key.
alter table bot
  add column model text not null default '',
  add column instructions text not null default '';

-- What each call of such an endpoint took and came to; codes and counts, never content.
alter table bot_event add column calls jsonb not null default '[]';
