-- The newest change of a message that was sent: what is done to it, and whether the customer has it.
alter table item_state add column amendment jsonb;

-- What the provider says of a template beside its state: how people take it, and why it was stopped.
alter table message_template
  add column quality text not null default '',
  add column reason text not null default '';
