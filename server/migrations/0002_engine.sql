-- Durable batches. A batch has chunks, which hold their inputs; each input ends as one row of results.
-- Inputs and results are never updated: no bloat, and a row that is there is final until it is retried.
-- No foreign keys to batches: each inserted result would lock the row whose counters every flush moves. Batches are
-- removed in pages, children first, by engine/remove.ts alone.

create table batches (
  id uuid primary key,
  kind text not null,
  owner text not null,
  name text not null,
  -- Hidden while it is written and while it is removed, so that nobody sees half of a batch.
  visibility text not null default 'creating' check (visibility in ('creating', 'visible', 'removing')),
  state text not null default 'pending'
    check (state in ('pending', 'queued', 'processing', 'paused', 'completed', 'failed', 'cancelled')),
  options jsonb not null default '{}',
  priority integer not null default 0,
  items integer not null default 0 check (items >= 0),
  succeeded integer not null default 0 check (succeeded >= 0),
  failed integer not null default 0 check (failed >= 0),
  chunks integer not null default 0 check (chunks >= 0),
  chunks_completed integer not null default 0 check (chunks_completed >= 0),
  chunks_failed integer not null default 0 check (chunks_failed >= 0),
  created_at timestamptz not null,
  started_at timestamptz,
  completed_at timestamptz,
  paused_at timestamptz,
  -- Milliseconds spent in paused since started_at.
  paused_ms bigint not null default 0 check (paused_ms >= 0),
  -- Why the service paused it; null where a person did.
  reason text,
  -- When a chunk of it was last begun: batches take turns by this.
  served_at timestamptz,
  -- Two points of the sliding window that the rate is read from.
  window_at timestamptz,
  window_processed integer not null default 0,
  previous_at timestamptz,
  previous_processed integer not null default 0,
  touched_at timestamptz not null,
  deleted_at timestamptz,
  purge_after timestamptz,
  check (succeeded + failed <= items),
  check (chunks_completed + chunks_failed <= chunks),
  check ((state in ('completed', 'failed', 'cancelled')) = (completed_at is not null)),
  check ((state = 'paused') = (paused_at is not null)),
  check (reason is null or state = 'paused'),
  check (state <> 'processing' or started_at is not null),
  check (visibility <> 'creating' or state = 'pending'),
  check (deleted_at is null or state in ('completed', 'failed', 'cancelled'))
);

create index batches_active on batches (priority desc, served_at nulls first)
  where state in ('queued', 'processing') and visibility = 'visible';
create index batches_listed on batches (kind, created_at desc, id desc) where visibility = 'visible';
create index batches_hidden on batches (touched_at) where visibility <> 'visible';
create index batches_to_purge on batches (purge_after) where purge_after is not null;

create table chunks (
  batch_id uuid not null,
  number integer not null check (number >= 0),
  first_position integer not null check (first_position >= 0),
  size integer not null check (size > 0),
  -- As text of JSON and not compressed: a million rows are written while somebody waits, and read once or twice.
  inputs json not null,
  state text not null default 'pending'
    check (state in ('pending', 'processing', 'completed', 'failed', 'retrying')),
  succeeded integer not null default 0 check (succeeded >= 0),
  failed integer not null default 0 check (failed >= 0),
  -- When its first item was begun, and when its last result was stored, or it was given up.
  started_at timestamptz,
  completed_at timestamptz,
  -- Not worked on before this time: every item that is left asked for later.
  not_before timestamptz,
  -- Positions that asked for later, with the time in milliseconds since 1970.
  later jsonb not null default '{}',
  -- Fences the worker that holds the chunk: no row with its token, no write.
  lease_token uuid,
  leased_until timestamptz,
  -- Workers that died holding this chunk, since a slice of it last ended in order.
  deaths integer not null default 0,
  -- Written before the item is begun, once deaths made the chunk suspicious.
  suspect integer,
  suspect_deaths integer not null default 0,
  -- Slices that failed outside their items, in a row.
  breakdowns integer not null default 0,
  primary key (batch_id, number),
  check (succeeded + failed <= size),
  check ((state = 'processing') = (lease_token is not null)),
  check ((lease_token is null) = (leased_until is null)),
  check ((state = 'completed') = (succeeded + failed = size)),
  check ((state in ('completed', 'failed')) = (completed_at is not null))
);

alter table chunks alter column inputs set storage external;

create index chunks_waiting on chunks (batch_id, number) where state in ('pending', 'retrying');
create index chunks_leased on chunks (leased_until) where state = 'processing';

create table results (
  batch_id uuid not null,
  position integer not null,
  succeeded boolean not null,
  -- Why it failed; null where it succeeded.
  code text,
  message text,
  output jsonb,
  took_ms integer not null,
  created_at timestamptz not null,
  primary key (batch_id, position),
  check (succeeded = (code is null))
);

create index results_failed on results (batch_id, code, position) where not succeeded;

-- Every try that was not final.
create table attempts (
  batch_id uuid not null,
  position integer not null,
  number integer not null,
  code text not null,
  message text,
  at timestamptz not null,
  primary key (batch_id, position, number)
);

-- Work that is done once however many items ask for it: who works on it, then its value. A value that became too old
-- stays while it is made anew, so that the work may build on it.
create table shared_work (
  key text primary key,
  value jsonb,
  done_at timestamptz,
  lease_token uuid,
  leased_until timestamptz,
  check ((done_at is null) = (value is null)),
  check (done_at is not null or lease_token is not null),
  check ((lease_token is null) = (leased_until is null))
);
