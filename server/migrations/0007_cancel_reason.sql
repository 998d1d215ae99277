-- A batch that an administrator's clean-up has ended says so, as a paused one says why it waits.
alter table batches drop constraint batches_check4;
alter table batches add constraint batches_reason check (reason is null or state in ('paused', 'cancelled'));
