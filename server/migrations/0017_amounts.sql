-- What the results of a batch add up to, as its items say: moved with its counters, so that nobody has to add up a
-- million outputs. Numbers that a program can tell exactly.
alter table batches add column amount bigint not null default 0
  constraint batches_amount check (amount between 0 and 9007199254740991);
