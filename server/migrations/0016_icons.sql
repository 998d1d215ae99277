-- Icons that were made, or are being made: one for each owner and everything that it depends on. They are also what the
-- same request is answered with.
create table icons (
  id uuid primary key,
  owner text not null,
  -- SHA-256 of the words, the model and what it was told.
  cache_key text not null check (cache_key ~ '^[0-9a-f]{64}$'),
  -- The key of its category, which is its folder too.
  category text not null,
  state text not null check (state in ('making', 'ready')),
  -- What is told of it: provider, model, prompt, licence. json, so that it is told in the order it was written.
  facts json not null,
  -- From when it was begun until it was there. Milliseconds.
  made_ms integer,
  -- The batch in which it could not be made: another one has it tried again.
  failed_for uuid,
  -- In milliseconds, as they are read. When it was begun the last time; the names of its files have it.
  begun_at timestamptz(3) not null,
  ready_at timestamptz(3),
  -- When it goes; null for one that is kept.
  expires_at timestamptz(3),
  unique (owner, cache_key),
  check ((state = 'ready') = (ready_at is not null and made_ms is not null))
);

create index icons_expiring on icons (expires_at, id) where expires_at is not null;
create index icons_unfinished on icons (begun_at, id) where state = 'making';

-- Its files: formats and sizes are made of an icon when they are first asked for.
create table icon_files (
  -- Whoever deletes the picture takes it out of this list too.
  asset_id uuid primary key references assets on delete cascade,
  icon_id uuid not null references icons on delete cascade,
  owner text not null,
  category text not null,
  -- Below /api/images/.
  name text not null unique,
  format text not null check (format in ('png', 'svg', 'webp', 'ico')),
  -- Pixels of its sides, of an ICO several; empty for the icon as it was made.
  sides text not null,
  -- Bytes.
  size bigint not null,
  created_at timestamptz(3) not null,
  unique (icon_id, format, sides)
);

create index icon_files_newest on icon_files (owner, created_at desc, name desc);
create index icon_files_of_category on icon_files (owner, category, created_at desc, name desc);

-- What has been made for an owner, also of icons that are gone.
create table icon_numbers (
  owner text primary key,
  generated bigint not null default 0,
  failed bigint not null default 0,
  batches bigint not null default 0,
  hits bigint not null default 0,
  misses bigint not null default 0,
  generation_ms bigint not null default 0,
  last_generation timestamptz(3)
);

-- An owner's own batches among those of everybody, newest first; and those of them that are not over.
create index batches_of_owner on batches (owner, kind, created_at desc, id desc) where visibility = 'visible';
create index batches_under_way on batches (owner, kind, created_at desc, id desc)
  where visibility = 'visible' and state in ('pending', 'queued', 'processing', 'paused');
