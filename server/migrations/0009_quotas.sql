-- What the limits of the providers of models leave: one row per quota group, shared by all processes. Times are this
-- database's own, so that the clocks of the processes do not matter.
create table model_quotas (
  -- What the limits are for, such as gemini.
  scope text not null,
  name text not null,
  -- No request goes out before, by requests and by tokens per minute.
  next_at timestamptz not null default 'epoch',
  tokens_next_at timestamptz not null default 'epoch',
  -- Share of the limits in use: smaller after the provider refused, and larger again with time and success.
  factor double precision not null default 1 check (factor > 0 and factor <= 1),
  -- From when on success counts towards a larger factor.
  factor_at timestamptz not null default 'epoch',
  parked_until timestamptz,
  parked_why text check (parked_why in ('minute', 'day', 'unknown')),
  -- Refusals since the last success.
  refusals integer not null default 0 check (refusals >= 0),
  -- When it was refused, the last times: groups that are refused together are probably one project.
  refused_at timestamptz[] not null default '{}',
  -- The provider's day, by its own midnight.
  day_ends timestamptz,
  used_today integer not null default 0 check (used_today >= 0),
  primary key (scope, name),
  check ((parked_until is null) = (parked_why is null))
);

-- Keys that the provider refuses for good. The key itself is nowhere in the database.
create table model_unusable_keys (
  scope text not null,
  -- A hash of the key.
  id text not null,
  reason text not null,
  since timestamptz not null,
  primary key (scope, id)
);
