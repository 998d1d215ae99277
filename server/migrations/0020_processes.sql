-- The processes that share this database, as they tell of themselves every few seconds. A row that was not renewed for a
-- minute is that of one which is gone.
create table processes (
  id uuid primary key,
  role text not null,
  version text not null,
  host text not null,
  started_at timestamptz not null,
  seen_at timestamptz not null,
  -- It was told to end, and still answers.
  ending boolean not null default false,
  -- By the name of a setting that all have in common: a keyed hash of its value, or null where it is not set.
  fingerprints jsonb not null
);
