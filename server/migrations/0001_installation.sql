-- What is true of this database as a whole. One row.
create table installation (
  one boolean primary key default true check (one),
  id uuid not null default gen_random_uuid(),
  created_at timestamptz not null default now()
);

insert into installation default values;
