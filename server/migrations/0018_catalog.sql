-- Who is told of requests of the catalog API: one for the whole installation.
create table catalog_webhook (
  single boolean primary key default true check (single),
  -- May hold a user and password.
  url text not null,
  events text[] not null,
  -- Who configured it, and sees what was told there.
  owner text not null,
  configured_at timestamptz(3) not null
);
