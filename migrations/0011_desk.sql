-- Answers that agents reuse.
create table canned_reply (
  tenant_id uuid not null references tenant,
  id uuid not null,
  -- What is typed after the slash.
  shortcut text not null,
  title text not null,
  text text not null,
  -- BCP 47; empty for any.
  language text not null default '',
  updated_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  unique (tenant_id, shortcut, language)
);
select meridian_protect('canned_reply');

-- Customers are found by parts of their names. Row-level security keeps such a search from its index, so it goes through
-- one function that answers within the tenant of the transaction alone.
create extension if not exists pg_trgm;
alter table customer add column search text generated always as (lower(name)) stored;
create index customer_search on customer using gin (search gin_trgm_ops);
select meridian_open_to_system('customer');

create function search_customers(words text, most int) returns table (id uuid)
language sql stable security definer set search_path = public as $$
  select c.id from customer c
  where c.tenant_id = current_setting('app.tenant_id')::uuid and c.merged_into is null
    and c.search like case when char_length(words) < 3 then '' else '%' end
                      || replace(replace(replace(lower(words), '\', '\\'), '%', '\%'), '_', '\_') || '%'
  order by c.search, c.id limit most
$$;
alter function search_customers owner to meridian_system;
revoke all on function search_customers from public;
grant execute on function search_customers to meridian_app;
