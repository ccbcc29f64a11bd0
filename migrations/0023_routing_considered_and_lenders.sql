-- Whom a decision looked at: its candidates, and who got the work. By person, newest first.
create table routing_considered (
  tenant_id uuid not null,
  agent_id uuid not null,
  decision_id uuid not null,
  primary key (tenant_id, agent_id, decision_id),
  foreign key (tenant_id, decision_id) references routing_decision on delete cascade
);
create index routing_considered_of_decision on routing_considered (tenant_id, decision_id);
select meridian_protect('routing_considered');
alter table routing_considered set (
  autovacuum_analyze_threshold = 500, autovacuum_analyze_scale_factor = 1,
  autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_scale_factor = 0.1,
  autovacuum_vacuum_insert_threshold = 10000, autovacuum_vacuum_insert_scale_factor = 1);

-- Which lenders of a queue's overflow keep their people for themselves at the moment.
alter table queue add column overflow_busy uuid[] not null default '{}';

-- Decisions are kept for some time and then forgotten, by the sweeper.
create index routing_decision_old on routing_decision (at);
select meridian_open_to_system('routing_decision');
