-- What is said to receivers: written in the transaction of what it tells, delivered from here, and kept as the log of it.
create table webhook_deliveries (
  -- The webhook-id: one event keeps it through all attempts. Signatures separate it by dots, so it has none.
  id text primary key check (id ~ '^[A-Za-z0-9_-]{1,100}$'),
  -- What it is about, such as media/job/<id>.
  topic text not null,
  owner text not null,
  event text not null,
  -- As it was given, credentials included: never shown.
  url text not null,
  shown_url text not null,
  -- Scheme, host and port: what is spared together.
  origin text not null,
  -- Byte for byte what is signed and sent.
  body text not null,
  -- Whether the X-Webhook-… headers are sent too.
  plain_headers boolean not null,
  state text not null check (state in ('pending', 'delivered', 'failed', 'disabled')),
  -- Attempts begun. Every claim raises it, and so it fences: the end of an attempt counts only while it is the last one.
  attempts integer not null default 0 check (attempts >= 0),
  -- Attempts that failed since it was queued; one that nobody ended (its process died) is none.
  failures integer not null default 0 check (failures >= 0),
  -- When the next attempt may begin. While one is under way: when its process counts as dead.
  due_at timestamptz not null,
  begun_at timestamptz,
  -- In milliseconds, as it is read: pages are told apart by it.
  created_at timestamptz(3) not null,
  -- Later than created_at where it was delivered again.
  queued_at timestamptz not null,
  ended_at timestamptz,
  check ((ended_at is null) = (state = 'pending')),
  check (begun_at is null or state = 'pending')
);

create index webhook_deliveries_of_origin on webhook_deliveries (origin, due_at) where state = 'pending';
create index webhook_deliveries_due on webhook_deliveries (due_at) where state = 'pending';
create index webhook_deliveries_newest on webhook_deliveries (created_at, id);
create index webhook_deliveries_of_owner on webhook_deliveries (owner, created_at, id);
create index webhook_deliveries_of_topic on webhook_deliveries (topic, created_at, id);
create index webhook_deliveries_to_url on webhook_deliveries (shown_url, created_at, id);

create table webhook_attempts (
  delivery_id text not null references webhook_deliveries on delete cascade,
  number integer not null,
  begun_at timestamptz not null,
  took_ms integer not null,
  delivered boolean not null,
  -- Of the answer, where there was one.
  status integer,
  -- Why it failed: a code, and a sentence for people.
  code text,
  reason text,
  -- The beginning of the answer.
  excerpt text,
  primary key (delivery_id, number),
  check (delivered = (code is null))
);

-- Receivers that answered 410: nothing is sent there until somebody asks for it.
create table webhook_disabled (
  url text primary key,
  shown_url text not null,
  since timestamptz not null,
  -- The one that was answered so.
  delivery_id text not null,
  reason text not null
);
