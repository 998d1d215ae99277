-- One start of a model that makes pictures: what is sent is written before it is sent, what it is called upstream before
-- anything waits for it, and what came of it before anything is done with it.
create table image_generations (
  id uuid primary key,
  -- What it is made for, and its place among the starts of that.
  job_id uuid not null,
  number integer not null,
  provider text not null,
  model text not null,
  -- What is sent, in the provider's own words. json, so that it is sent as it was written.
  prepared json not null,
  -- planned: nothing is under way. sent: it was about to go out, and may be at work. running: `operation` says where.
  state text not null check (state in ('planned', 'sent', 'running', 'made', 'failed', 'cancelled')),
  -- Raised by every change, so that whoever was taken for dead changes nothing any more.
  version integer not null default 0,
  -- The name of the start that was sent last, whose key it was, and when.
  start_id uuid,
  quota_group text,
  key_id text,
  key_label text,
  sent_at timestamptz,
  operation json,
  -- From 0 to 1; null where nobody knows.
  progress real,
  -- Looks for a lost start, and at one that runs, since something was last heard.
  looks integer not null default 0,
  -- Starts that went out and brought no answer: each may have been billed.
  lost integer not null default 0,
  result json,
  failure json,
  cancel_requested_at timestamptz,
  created_at timestamptz not null,
  unique (job_id, number),
  check (state <> 'sent' or start_id is not null and sent_at is not null),
  check (state <> 'running' or operation is not null),
  check ((state = 'made') = (result is not null)),
  check (state <> 'failed' or failure is not null)
);

-- Whose prediction one is: a start that is looked for upstream is not taken for another one's.
create index image_generations_running on image_generations (provider, sent_at) where operation is not null;

create table media_jobs (
  id uuid primary key,
  owner text not null,
  state text not null
    check (state in ('pending', 'processing', 'retrying', 'completed', 'failed', 'cancelled')),
  prompt text not null,
  -- As they were supplied, to the order of their keys; null where there were none.
  parameters json,
  metadata json,
  webhook_url text,
  -- Where the caller reached the service: prefix of the addresses that its webhook names.
  base_url text not null,
  provider text not null,
  model text not null,
  -- How the pictures are stored: format and quality.
  storing json not null,
  -- What of the request the model does not follow, and what became of pictures that are not there.
  warnings json not null,
  progress real not null default 0 check (progress between 0 and 100),
  retry_count integer not null default 0,
  max_retries integer not null,
  error_code text,
  error_message text,
  -- Pictures that were stored, also of those that are gone.
  pictures integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  started_at timestamptz,
  completed_at timestamptz,
  -- The step that works on it: another one waits, unless that is over or taken for dead.
  step_id uuid,
  step_until timestamptz,
  check ((completed_at is not null) = (state in ('completed', 'failed', 'cancelled'))),
  check (state <> 'failed' or error_code is not null and error_message is not null)
);

create index media_jobs_newest on media_jobs (created_at desc, id desc);
create index media_jobs_in_state on media_jobs (state, created_at desc, id desc);
create index media_jobs_ended on media_jobs (completed_at) where completed_at is not null;

create table media_outputs (
  job_id uuid not null references media_jobs on delete cascade,
  number integer not null,
  -- Also the name of the picture's file, chosen before anything is stored.
  asset_id uuid not null unique,
  -- The model that made it, as the provider says.
  model text not null,
  -- What it was made from; null where nobody knows.
  seed bigint,
  primary key (job_id, number)
);
