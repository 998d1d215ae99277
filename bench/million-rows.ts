import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { Database } from "../server/src/platform/database/database.ts";

/**
 * A completed batch of analysis, written at once: rows with two columns of their own, and results as the local model
 * gives them, every twentieth a failure.
 */
export async function writeCompletedBatch(
  database: Database,
  rows: number,
  chunkSize = 2_000,
): Promise<string> {
  const id = randomUUID();
  const chunks = Math.ceil(rows / chunkSize);
  const options = {
    ...{ fileName: "urls.csv", chunkSize, columns: ["url", "sku"], urlColumn: 0, duplicates: 0 },
    ...{ model: null, cache: "use", requestedAt: new Date().toISOString(), webhookUrl: null },
  };
  // Some chunks at a time: embedded, one statement of a million rows would need them all in memory.
  for (let first = 0; first < chunks; first += 25) {
    const past = Math.min(chunks, first + 25);
    await sql`
      insert into chunks (batch_id, number, first_position, size, inputs, state, succeeded, failed, started_at, completed_at)
      select ${id}::uuid, number, number * ${chunkSize}::integer, count(*), json_agg(json_build_object(
          'url', ${address}, 'cells', json_build_array(${address}, 'sku-' || position)) order by position),
        'completed', count(*) filter (where position % 20 <> 0), count(*) filter (where position % 20 = 0), now(), now()
      from generate_series(${first}::integer, ${past - 1}::integer) as number,
        generate_series(number * ${chunkSize}::integer, least((number + 1) * ${chunkSize}::integer, ${rows}::integer) - 1) as position
      group by number
    `.execute(database.sql);
    await sql`
      insert into results (batch_id, position, succeeded, code, message, output, source, took_ms, created_at)
      select ${id}::uuid, position, position % 20 <> 0, case when position % 20 = 0 then 'http_404' end,
        case when position % 20 = 0 then 'The server knows nothing at this URL.' end,
        case when position % 20 <> 0 then jsonb_build_object(
          'analysis', jsonb_build_object(
            'store_image', position % 3 = 0, 'store_name', case when position % 3 = 0 then 'Bakery ' || position end,
            'text_content', 'OPEN DAILY' || chr(10) || 'Fresh bread from 7 am, number ' || position,
            'business_contact', case when position % 5 = 0 then '+49 30 ' || position end,
            'image_description', 'Measured locally, without a vision model: landscape picture, seen at 1200 × 800 pixels, dark, mostly brown.'),
          'model', 'local', 'instruction', 'store-facts@1', 'key', null, 'contentHash', md5(position::text) || md5((-position)::text),
          'format', 'jpeg', 'width', 1200, 'height', 800, 'bytes', 31000, 'cacheHit', false) end,
        case when position % 20 <> 0 then decode(md5(position::text) || md5((-position)::text), 'hex') end,
        12, clock_timestamp()
      from generate_series(${first * chunkSize}::integer, ${Math.min(rows, past * chunkSize) - 1}::integer) as position
    `.execute(database.sql);
  }
  await sql`
    insert into batches (id, kind, owner, name, visibility, state, options, items, succeeded, failed, chunks, chunks_completed,
      created_at, started_at, completed_at, touched_at)
    select ${id}::uuid, 'analysis', 'bench', ${`bench ${rows} rows`}, 'visible', 'completed', ${JSON.stringify(options)}::text::jsonb,
      sum(size), sum(succeeded), sum(failed), count(*), count(*), date_trunc('milliseconds', now()), now(), now(), now()
    from chunks where batch_id = ${id}
  `.execute(database.sql);
  await sql`vacuum analyze results`.execute(database.sql);
  return id;
}

const address = sql`'https://images.example.com/shop/' || position || '.jpg'`;
