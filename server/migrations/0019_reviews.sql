-- What people said of results, a row each. It is about the result that was there then: once an item is tried again, its new
-- result has another time, and nothing was said of that one.
create table reviews (
  batch_id uuid not null,
  position integer not null,
  verdict text not null check (verdict in ('accepted', 'flagged')),
  note text check (char_length(note) between 1 and 1000),
  -- A name for people.
  reviewer text not null,
  reviewed_at timestamptz(3) not null,
  -- When the result was stored that it is about.
  result_at timestamptz not null,
  primary key (batch_id, position)
);

-- As it was, and at its end what was said of the result.
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
      else ((results.output ->> 'costMicros')::bigint / 1000000.0)::double precision end as estimated_cost_usd,
    reviews.verdict as review,
    reviews.note as review_note
  from batches
    join chunks on chunks.batch_id = batches.id
    cross join lateral (
      select chunks.first_position + place::integer - 1 as position, input
      from json_array_elements(chunks.inputs) with ordinality as element (input, place)
    ) as item
    join results on results.batch_id = batches.id and results.position = item.position
    left join reviews on reviews.batch_id = results.batch_id and reviews.position = results.position
      and reviews.result_at = results.created_at
  where batches.kind = 'analysis' and batches.visibility = 'visible' and batches.deleted_at is null;
