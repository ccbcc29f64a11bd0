-- What somebody did is asked for by who they are.
create index audit_entry_of_actor on audit_entry (tenant_id, actor_id, id) where actor_id is not null;
