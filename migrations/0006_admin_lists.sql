-- Lists that admins page through, newest first or by name, and names that must tell things apart.
create unique index site_name on site (tenant_id, name);
create unique index branch_name on branch (tenant_id, name);
create unique index team_name on team (tenant_id, branch_id, name);
create index audit_entry_of_object on audit_entry (tenant_id, object_id, id) where object_id is not null;
alter table api_key add column created_by uuid;
