-- When an event was last tried: one that waits untried for longer than the slowest retry is told to nobody, because its
-- job was lost with the broker, and the sweeper queues it again.
alter table bot_event add column tried_at timestamptz;
select meridian_open_to_system('bot_event');

-- One callback a piece of work; tasks of its conversation that are due go on with it, however many.
drop index scheduled_work_one_callback;
create unique index scheduled_work_one_callback on scheduled_work (tenant_id, work_item_id)
  where state in ('waiting', 'due') and kind = 'callback';
