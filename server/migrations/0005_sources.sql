-- What a result was made from, as a digest: what is kept about a source goes with the last result that rests on it.
alter table results add column source bytea;

create index results_sourced on results (source, batch_id) where source is not null;

-- Keys are found by how they begin, which needs the order of their bytes whatever the database's language is.
alter table shared_work alter column key type text collate "C";

-- Rows of removed batches go a page at a time, whichever process removes them; none before this time while batches are
-- worked on, so that those hardly notice.
alter table installation add column removal_after timestamptz;

-- What has been over for longer than it is kept.
create index batches_retained on batches (kind, completed_at) where completed_at is not null and visibility = 'visible';
