import { type QueryExecutorProvider, sql } from "kysely";
import type { Json } from "./kind.ts";

export interface StoredInput {
  readonly value: Json;
  /** Bytes of its JSON. */
  readonly size: number;
}

/**
 * Inputs of some positions of a batch. All chunks but the last one have one size, so a position tells its chunk; and an
 * array of inputs is unpacked once, however many of it are wanted.
 */
export async function readInputs(
  database: QueryExecutorProvider,
  batchId: string,
  positions: readonly number[],
): Promise<ReadonlyMap<number, StoredInput>> {
  const { rows } = await sql<{ position: number; value: Json; size: number }>`
    with wanted as (
      select position, position / size as number
      from unnest(${positions}::integer[]) as position, chunks
      where batch_id = ${batchId} and chunks.number = 0
    ), touched as (
      select first_position, inputs from chunks
      where batch_id = ${batchId} and number in (select number from wanted)
    )
    select wanted.position, unpacked.input as value, octet_length(unpacked.input::text) as size
    from touched
      cross join lateral json_array_elements(inputs) with ordinality as unpacked (input, place)
      join wanted on wanted.position = first_position + unpacked.place - 1
  `.execute(database);
  return new Map(rows.map(({ position, ...input }) => [position, input]));
}
