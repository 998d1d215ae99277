-- Every call to the provider of a model: written before anything is sent, and ended when it is known how it ended. What
-- was paid stays known when its batch is removed: of that, nothing is kept here but its id.
create table model_calls (
  id uuid primary key,
  provider text not null,
  quota_group text not null,
  -- A hash of the key, and what people see of it; null where the provider asks for none.
  key_id text,
  key_label text,
  model text not null,
  -- The model that answered, as the provider says.
  model_used text,
  batch_id uuid,
  position integer,
  -- Which process made it: see model_processes.
  process uuid not null,
  begun_at timestamptz not null,
  ended_at timestamptz,
  -- Null while it is under way; lost where its process was gone before it ended.
  outcome text check (outcome in (
    'answered', 'repaired', 'refused', 'invalid_output', 'rate_limited', 'key_unusable', 'unavailable', 'rejected',
    'unused', 'lost'
  )),
  input_tokens bigint check (input_tokens >= 0),
  output_tokens bigint check (output_tokens >= 0),
  -- Millionths of a dollar, by the prices of the day; null where nothing was billed, or a price is not known.
  cost_micros bigint check (cost_micros >= 0),
  -- It may have been billed, and no answer came of it.
  may_be_paid boolean not null default false,
  check ((outcome is null) = (ended_at is null)),
  check (outcome is distinct from 'lost' or may_be_paid)
);

create index model_calls_open on model_calls (process) where outcome is null;
create index model_calls_unanswered on model_calls (batch_id, position) where may_be_paid;
-- Old ones are removed.
create index model_calls_ended on model_calls (ended_at) where ended_at is not null;
create index model_calls_of_rows on model_calls (batch_id, position, begun_at);

-- Processes with calls under way. One that does not renew its lease is gone.
create table model_processes (
  id uuid primary key,
  leased_until timestamptz not null
);

-- What ended calls come to, moved with each of them: a batch of a million rows is read as fast as one of ten.
create table model_batch_usage (
  batch_id uuid primary key,
  calls bigint not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  cost_micros bigint not null,
  -- Billed calls whose price is not known.
  unpriced bigint not null,
  possibly_paid_twice bigint not null
);

create table model_key_usage (
  -- UTC.
  day date not null,
  provider text not null,
  quota_group text not null,
  -- Empty where the provider asks for none.
  key_id text not null,
  key_label text,
  calls bigint not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  cost_micros bigint not null,
  unpriced bigint not null,
  possibly_paid_twice bigint not null,
  primary key (day, provider, quota_group, key_id)
);

-- As before, with what each answer has cost; columns of a view can be added behind the others only.
create or replace view analysis_results as
  select
    batches.id as batch_id,
    batches.name as batch_name,
    item.position + 1 as row,
    item.input ->> 'url' as url,
    results.succeeded as success,
    case when jsonb_typeof(results.output #> '{analysis,store_image}') = 'boolean'
      then (results.output #>> '{analysis,store_image}')::boolean end as store_image,
    case when jsonb_typeof(results.output #> '{analysis,text_content}') = 'string'
      then results.output #>> '{analysis,text_content}' end as text_content,
    case when jsonb_typeof(results.output #> '{analysis,store_name}') = 'string'
      then results.output #>> '{analysis,store_name}' end as store_name,
    case when jsonb_typeof(results.output #> '{analysis,business_contact}') = 'string'
      then results.output #>> '{analysis,business_contact}' end as business_contact,
    case when jsonb_typeof(results.output #> '{analysis,image_description}') = 'string'
      then results.output #>> '{analysis,image_description}' end as image_description,
    results.output -> 'analysis' as analysis_result,
    results.code as error_type,
    results.message as error_message,
    results.took_ms / 1000.0 as processing_time_seconds,
    results.output ->> 'model' as gemini_model_used,
    (results.output ->> 'cacheHit')::boolean as cache_hit,
    results.output ->> 'contentHash' as content_hash,
    coalesce(item.input -> 'cells', json_build_array(item.input ->> 'url')) as cells,
    results.created_at,
    -- What was asked for this row alone: of a known picture, nothing.
    case when results.output -> 'cacheHit' = 'true' then 0
      else (results.output #>> '{usage,inputTokens}')::bigint end as input_tokens,
    case when results.output -> 'cacheHit' = 'true' then 0
      else (results.output #>> '{usage,outputTokens}')::bigint end as output_tokens,
    case when results.output -> 'cacheHit' = 'true' then 0
      else ((results.output ->> 'costMicros')::bigint / 1000000.0)::double precision end as estimated_cost_usd
  from batches
    join chunks on chunks.batch_id = batches.id
    cross join lateral (
      select chunks.first_position + place::integer - 1 as position, input
      from json_array_elements(chunks.inputs) with ordinality as element (input, place)
    ) as item
    join results on results.batch_id = batches.id and results.position = item.position
  where batches.kind = 'analysis' and batches.visibility = 'visible' and batches.deleted_at is null;
