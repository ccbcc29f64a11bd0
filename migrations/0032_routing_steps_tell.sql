-- What a step of the plan told the customer who waits, and in which queue: once each.
alter table work_item add column told_queue uuid, add column told_step smallint;
