-- Statistics of a quiet hour call an index of what waits empty, and the smallest of all. These two serve the clock, which
-- looks across tenants and names them by the spelling of their condition, so that no look-up by name strays into them.
drop index inbound_raw_open;
create index inbound_raw_open on inbound_raw (received_at) where lower(state) = 'received';
drop index offer_due;
create index offer_due on offer (expires_at) where lower(state) = 'pending';
-- The callback of a work item is found by the item, however many wait.
create index scheduled_work_of_item on scheduled_work (tenant_id, work_item_id) where work_item_id is not null;
