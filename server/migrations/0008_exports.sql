-- A try the item had ended with, until somebody had it retried: patience is counted from there.
alter table attempts add column final boolean not null default false;

-- Since when a batch is being reset. Until that is through, nobody starts what is half old and half new; who is killed on
-- the way leaves this behind, and the reset is finished by whoever finds it.
alter table batches add column reset_at timestamptz;
alter table batches add constraint batches_resetting check (reset_at is null or state = 'pending');
create index batches_resetting on batches (touched_at) where reset_at is not null;

-- Results as analysts ask for them, with SQL of their own; documented in docs/operations.md, and read-only as it joins.
-- Each chunk is unpacked once: a result that looked up its own input would unpack it for every row.
create view analysis_results as
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
    results.created_at
  from batches
    join chunks on chunks.batch_id = batches.id
    cross join lateral (
      select chunks.first_position + place::integer - 1 as position, input
      from json_array_elements(chunks.inputs) with ordinality as element (input, place)
    ) as item
    join results on results.batch_id = batches.id and results.position = item.position
  where batches.kind = 'analysis' and batches.visibility = 'visible' and batches.deleted_at is null;
