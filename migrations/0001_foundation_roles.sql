-- Group roles; the login roles are made by `meridian migrate`, which knows their passwords.
do $$
declare role text;
begin
  foreach role in array array['meridian_app', 'meridian_intake', 'meridian_system'] loop
    if not exists (select from pg_roles where rolname = role) then
      execute format('create role %I', role);
    end if;
    execute format('grant usage on schema public to %I', role);
  end loop;
end $$;

-- Closes a tenant table: forced row-level security, read and write limited to the tenant of the transaction.
-- `current_setting` without the missing-ok flag: a forgotten scope is an error, never an empty result.
create function meridian_protect(target regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy tenant on %s to meridian_app using (tenant_id = current_setting(''app.tenant_id'')::uuid)
                  with check (tenant_id = current_setting(''app.tenant_id'')::uuid)', target);
  execute format('grant select, insert, update, delete on %s to meridian_app', target);
end $$;

-- Opens a tenant table to work that truly crosses tenants: relay, clock, look-ups, tenant creation.
create function meridian_open_to_system(target regclass) returns void language plpgsql as $$
begin
  execute format('create policy system on %s to meridian_system using (true) with check (true)', target);
  execute format('grant select, insert, update, delete on %s to meridian_system', target);
end $$;
