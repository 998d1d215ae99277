-- Until then no chunk of the batch is begun: what all of its items wait for is not there before. Times are estimates, so
-- who resumes or restarts the batch, and knows better, ends the rest.
alter table batches add column resting_until timestamptz;
