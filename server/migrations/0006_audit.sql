-- Who did what: control, deletion, export and administration. Written with the change itself, and never changed.
create table audit_log (
  -- In the order of writing, also of entries of one millisecond. A number that is missing belongs to a change that was
  -- rolled back.
  id bigint generated always as identity primary key,
  -- In milliseconds, as it is read: pages are told apart by it.
  at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
  -- Owner of the credential; `service` with the method `service` where nobody asked.
  actor text not null,
  method text not null,
  -- Of the client.
  address text,
  request_id text,
  -- Dotted, such as batch.cancel. Not in a language's order, so that all of `batch.` is one range of an index.
  action text collate "C" not null,
  -- What it was done to, such as a batch.
  target text,
  details jsonb not null default '{}' check (jsonb_typeof(details) = 'object'),
  -- What the statistics of exports are made of. Columns, because an index can answer for columns alone: from JSON a
  -- million exports took over two seconds, from the index below a third of one. Whatever the details hold, the entry
  -- is taken.
  export_format text generated always as (
    case when action = 'export.completed' then left(details ->> 'format', 100) end
  ) stored,
  export_bytes bigint generated always as (
    case
      when action <> 'export.completed' or jsonb_typeof(details -> 'bytes') <> 'number' then null
      when (details ->> 'bytes')::numeric between 0 and 9007199254740991 then (details ->> 'bytes')::numeric::bigint
    end
  ) stored
);

create index audit_log_listed on audit_log (at, id);
create index audit_log_by_action on audit_log (action, at, id);
create index audit_log_by_actor on audit_log (actor, at, id);
create index audit_log_by_target on audit_log (target, at, id) where target is not null;
create index audit_log_exports on audit_log (export_format, at) include (export_bytes)
  where action = 'export.completed';

-- Also what is written by mistake, or through a hole, stays: only the owner of the table can take this away.
create function audit_log_refuse() returns trigger language plpgsql as $$
declare
  filled boolean;
begin
  if tg_op = 'TRUNCATE' then
    -- Emptying what is empty removes nothing, and restoring a backup begins with it.
    execute format('select exists (select from %I.%I)', tg_table_schema, tg_table_name) into filled;
    if not filled then
      return null;
    end if;
  end if;
  raise insufficient_privilege using
    message = format('%s is append-only: %s is refused', tg_table_name, lower(tg_op)),
    hint = 'What was recorded stays recorded.';
end
$$;

create trigger audit_log_append_only before update or delete or truncate on audit_log
  for each statement execute function audit_log_refuse();
-- Also for sessions that replay changes, which skip ordinary triggers.
alter table audit_log enable always trigger audit_log_append_only;
