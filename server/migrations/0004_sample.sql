-- When the sample batch was created: once for each database, however often it is deleted.
alter table installation add column sample_at timestamptz;
