-- How work of the channel classes goes together in one person's hands.
create table capacity_policy (
  tenant_id uuid primary key references tenant,
  -- {"weights": {"chat": 2}, "total": 8, "interrupts": {"chat": ["mail"]}, "finishing_percent": 50}
  policy jsonb not null
);
select meridian_protect('capacity_policy');

-- Who is about to go takes less.
alter table agent_state drop constraint agent_state_chosen_check;
alter table agent_state add constraint agent_state_chosen_check
  check (chosen in ('available', 'finishing', 'busy', 'break', 'not_responding', 'offline'));

-- How many more pieces of a class somebody may take, from what they hold (`held`: class to units): the same rule as
-- `domain::capacity`, for the statements that take.
create function meridian_room(policy jsonb, finishing boolean, class text, cap int, held jsonb) returns int
language sql immutable as $$
  select least(
    case when finishing then cap * coalesce((policy ->> 'finishing_percent')::int, 0) / 100 else cap end
      - coalesce((held ->> class)::int, 0),
    case when coalesce((policy ->> 'total')::int, 0) > 0 then
      ((policy ->> 'total')::int - (select coalesce(sum(h.value::int * coalesce((policy -> 'weights' ->> h.key)::int, 1)), 0)
                                    from jsonb_each_text(held) h)) / coalesce((policy -> 'weights' ->> class)::int, 1)
    end,
    case when policy -> 'interrupts' ? class and exists (
      select from jsonb_each_text(held) h
      where h.value::int > 0 and h.key <> class and not policy -> 'interrupts' -> class ? h.key) then 0 end)
$$;

-- A plan in shadow of a queue: decisions are also made under it, without effect.
create table shadow_plan (
  tenant_id uuid not null,
  id uuid not null,
  queue_id uuid not null,
  -- Of the queue's plan; 0 = the default plan, or a draft.
  version int not null default 0,
  steps jsonb not null,
  target_seconds int not null default 0,
  reserve boolean not null default false,
  percent smallint not null check (percent between 1 and 100),
  started_by uuid,
  started_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, queue_id) references queue on delete cascade
);
create unique index shadow_plan_one on shadow_plan (tenant_id, queue_id) where ended_at is null;
create index shadow_plan_of_queue on shadow_plan (tenant_id, queue_id, started_at);

-- What it would have decided, beside a decision; forgotten with it.
create table shadow_decision (
  tenant_id uuid not null,
  decision_id uuid not null,
  shadow_id uuid not null,
  -- To whom it would have been offered; null = it would have been left waiting.
  agent_id uuid,
  score float8,
  step smallint not null,
  primary key (tenant_id, decision_id),
  foreign key (tenant_id, decision_id) references routing_decision on delete cascade,
  foreign key (tenant_id, shadow_id) references shadow_plan on delete cascade
);
create index shadow_decision_of_plan on shadow_decision (tenant_id, shadow_id, decision_id);
select meridian_protect(t::regclass) from unnest(array['shadow_plan', 'shadow_decision']) t;
