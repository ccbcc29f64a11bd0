-- What a tenant says of its people, for steps of routing plans to ask for: key to value.
alter table agent add column attributes jsonb not null default '{}';

-- Capacity that was lowered below what is held: what is given back is not taken again until it fits. Null: as `cap`.
alter table agent_load add column wanted smallint check (wanted between 0 and 100);
