-- Stored pictures of all features: what is known of each, while its bytes are in the storage of files.
create table assets (
  id uuid primary key,
  owner text not null,
  -- Which part of the service made it, such as media.
  feature text not null,
  -- In the storage, such as generated/<id>.png.
  name text not null unique,
  content_type text not null,
  -- In pixels, as it is shown.
  width integer not null check (width > 0),
  height integer not null check (height > 0),
  size bigint not null check (size >= 0),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  -- In milliseconds, as they are read.
  created_at timestamptz(3) not null,
  expires_at timestamptz(3),
  -- Of one that has expired: its bytes are gone. Of one that was deleted: they are gone or going, and then the row goes.
  removed_at timestamptz(3),
  removed_for text check (removed_for in ('expired', 'deleted')),
  check ((removed_at is null) = (removed_for is null))
);

create index assets_expiring on assets (expires_at, id) where removed_at is null and expires_at is not null;
create index assets_removed on assets (removed_at, id) where removed_at is not null;
-- Who else has the same picture, and so its other sizes.
create index assets_with_bytes on assets (sha256) where removed_at is null;
