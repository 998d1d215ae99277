-- Files of questions for the batch API of a provider: filled in one process, handed over, looked at until they are
-- answered, and read. Each holds the questions of one batch about one model.
create table model_jobs (
  id uuid primary key,
  provider text not null,
  model text not null,
  batch_id uuid not null,
  -- What is asked of each picture, as JSON: whoever reads the answers checks them against its schema.
  instruction text not null,
  -- filling: in a file of the process that holds the lease. handing_over: the provider has the file, or is being given
  -- it. running: the provider has said what it calls the job. done, failed: over.
  state text not null check (state in ('filling', 'handing_over', 'running', 'done', 'failed')),
  -- Whose project the provider's files and jobs are in.
  quota_group text,
  key_id text,
  key_label text,
  -- What the provider calls the file of questions, the job, and the file of answers.
  file text,
  name text,
  output text,
  -- SHA-256 of the file of answers, in hex, once it was read to its end.
  output_sha256 text,
  requests integer not null default 0,
  answered integer not null default 0,
  -- What those may cost that are not answered yet: it counts against the batch's limit.
  reserved_micros bigint not null default 0,
  created_at timestamptz not null,
  -- Written before the job is asked for: from then on it may exist, whatever is known of it.
  asked_at timestamptz,
  ended_at timestamptz,
  -- Somebody has to look after it then, unless a process holds it.
  look_at timestamptz not null,
  lease_token uuid,
  leased_until timestamptz,
  -- What went wrong last, for people.
  reason text
);

create index model_jobs_open on model_jobs (look_at) where state in ('filling', 'handing_over', 'running');
create index model_jobs_ahead on model_jobs (provider, quota_group) where state in ('handing_over', 'running');
create index model_jobs_of_batch on model_jobs (batch_id, created_at);

-- The questions in them, by what their answers are kept by: the same for the same picture, question and model.
create table model_job_requests (
  -- Also what the provider is told to call it, and the id of the call in the books.
  id uuid primary key,
  job_id uuid not null references model_jobs on delete cascade,
  key text not null,
  batch_id uuid not null,
  position integer not null,
  -- What is known of the picture, for the result.
  facts jsonb not null,
  -- What its answer may cost.
  estimated_micros bigint,
  state text not null check (state in ('waiting', 'answered', 'failed')),
  created_at timestamptz not null,
  -- The answer.
  output jsonb,
  model_used text,
  input_tokens bigint,
  output_tokens bigint,
  cost_micros bigint,
  -- Why there is none: a kind of failure, and a sentence.
  failure text,
  reason text
);

create unique index model_job_requests_key on model_job_requests (key) where state in ('waiting', 'answered');
create index model_job_requests_of_job on model_job_requests (job_id);
create index model_job_requests_of_row on model_job_requests (batch_id, position);
