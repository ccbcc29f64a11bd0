-- A job names a stored request; with it everything is taken that came before it in its lane, however jobs reach the
-- workers: a broker may refuse the first of several, and attempts that failed come later.
create index inbound_raw_lane on inbound_raw (tenant_id, queue, received_at, id) where state = 'received';
