-- How many more pieces of a class somebody may take, as before (0029). A function of the language `sql` that has
-- sub-selects is planned anew by every statement that calls it, which took longer than the rest of making an offer; the
-- plans of this one are kept, and where nobody made a policy nothing is computed.
create or replace function meridian_room(policy jsonb, finishing boolean, class text, cap int, held jsonb) returns int
language plpgsql immutable as $$
begin
  if policy is null then
    return case when finishing then 0 else cap end - coalesce((held ->> class)::int, 0);
  end if;
  return least(
    case when finishing then cap * coalesce((policy ->> 'finishing_percent')::int, 0) / 100 else cap end
      - coalesce((held ->> class)::int, 0),
    case when coalesce((policy ->> 'total')::int, 0) > 0 then
      ((policy ->> 'total')::int - (select coalesce(sum(h.value::int * coalesce((policy -> 'weights' ->> h.key)::int, 1)), 0)
                                    from jsonb_each_text(held) h)) / coalesce((policy -> 'weights' ->> class)::int, 1)
    end,
    case when policy -> 'interrupts' ? class and exists (
      select from jsonb_each_text(held) h
      where h.value::int > 0 and h.key <> class and not policy -> 'interrupts' -> class ? h.key) then 0 end);
end
$$;

-- Small tables that change all the time: their rows are found by key under one plan, and every new count of them would have
-- each connection plan its statements again.
do $$
declare
  hot text;
begin
  foreach hot in array array['outbox', 'tenant_stream', 'lease', 'agent_state', 'agent_load'] loop
    execute format('alter table %I set (autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 2000000000)', hot);
  end loop;
end
$$;
