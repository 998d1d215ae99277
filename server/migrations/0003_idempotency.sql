-- Answers kept under the `Idempotency-Key` of the request that got them: first who works on it, then the answer.
create table idempotency_keys (
  -- Whose key it is and what it was sent to: two callers may choose the same one.
  scope text not null,
  key text not null,
  -- What was asked, as a hash: a key that comes back with something else is refused.
  fingerprint text,
  status integer,
  -- Not jsonb: it is told again as it was written, with its members in their order.
  answer json,
  -- Fences the request that works on it: no row with its token, no answer stored.
  lease_token uuid,
  leased_until timestamptz,
  created_at timestamptz not null,
  primary key (scope, key),
  check (status between 200 and 599),
  -- Under way or answered, never both and never half.
  check ((lease_token is null) = (leased_until is null)),
  check ((lease_token is null) = (status is not null)),
  check ((status is null) = (answer is null)),
  check ((status is null) = (fingerprint is null))
);

create index idempotency_keys_created on idempotency_keys (created_at);
