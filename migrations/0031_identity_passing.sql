-- What tells that a number or a mailbox is another person's by now.
alter table customer_identity
  -- The name that was given last by whoever used it.
  add column said_name text not null default '',
  -- When it was seen last before a long silence that somebody without a name broke.
  add column unnamed_since timestamptz;

-- A pair that is suggested because an address of one is the other's now; it stays until people decide.
alter table identity_candidate
  -- Which of the two held the address.
  add column former_id uuid,
  -- For how long it was silent then.
  add column silent_days int,
  add constraint identity_candidate_former check (former_id is null or former_id in (customer_id, other_id));
