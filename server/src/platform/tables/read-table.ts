import type { Readable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { atMost, inflate, isGzip, peek, slicesOf, startingWith } from "./bytes.ts";
import { chooseLayout, findSeparatorLine } from "./delimiter.ts";
import { emptyTable } from "./errors.ts";
import { FOREIGN_BYTES, recogniseForeign } from "./foreign-format.ts";
import { createRecordParser, type Delimiter, type Layout, type TableRecord } from "./record-parser.ts";
import { detectEncoding, type Encoding, toUtf8 } from "./text.ts";

/** The delimiter is chosen from this much text: some hundred rows. */
const SAMPLE_BYTES = 16_384;

const BATCH_RECORDS = 500;

/** Long rows make smaller batches, so that a batch stays about this size. */
const BATCH_BYTES = 65_536;

export interface TableOptions {
  /** Bytes of text, after decompression. More is `table_too_large`. */
  readonly maxBytes: number;
  /** The source is the beginning of a longer one: what its end cuts off is left out. Absent: it is whole. */
  readonly cut?: boolean;
}

export interface Table {
  readonly encoding: Encoding;
  /** `,` where the table has one column. */
  readonly delimiter: Delimiter;
  /** First record as it stands; the caller decides whether it is a header. */
  readonly first: readonly string[];
  /**
   * The rest, up to 500 records at a time with the line each begins on; cells of each record as they stand.
   * Blank rows are left out. Can be read once. Stopping early destroys the source; a caller that never begins destroys it.
   */
  readonly records: AsyncIterable<readonly TableRecord[]>;
}

/**
 * Reads CSV as people have it: UTF-8, or UTF-16 with its byte order mark, plain or gzip, any of four
 * delimiters and three line ends. Nothing is kept but the rows at hand, and the event loop gets its turn
 * after every 16 KB.
 * However reading ends, the source is destroyed: an HTTP request that is still to be answered is passed in through another stream.
 * @throws TableError for what the file is; what the source itself fails with passes unchanged. Both also while iterating.
 */
export async function readTable(source: Readable, options: TableOptions): Promise<Table> {
  const stop = new AbortController();
  const close = () => {
    source.destroy();
    stop.abort();
  };
  try {
    const { encoding, layout, batches } = await open(source, options, stop.signal);
    const opening = await batches.next();
    const [first, ...others] = opening.done ? [] : opening.value;
    if (first === undefined) throw emptyTable();
    const records = closing(followedBy(others, batches), close);
    return { encoding, delimiter: layout.delimiter, first: first.cells, records };
  } catch (error) {
    close();
    throw error;
  }
}

async function open(source: Readable, { maxBytes, cut = false }: TableOptions, signal: AbortSignal) {
  const raw = await peek(slicesOf(source), 2);
  const whole = startingWith(raw.head, raw.rest);
  const plain = isGzip(raw.head) ? inflate(whole, signal, { cut }) : whole;
  const bytes = await peek(atMost(plain, maxBytes), FOREIGN_BYTES);
  const foreign = recogniseForeign(bytes.head);
  if (foreign) throw foreign;

  const { encoding, markBytes } = detectEncoding(bytes.head);
  const unmarked = startingWith(bytes.head.subarray(markBytes), bytes.rest);
  const text = await peek(toUtf8(unmarked, encoding, { cut }), SAMPLE_BYTES);

  const separator = findSeparatorLine(text.head);
  const layout: Layout = separator
    ? { delimiter: separator.delimiter, oneColumn: false }
    : await chooseLayout(text.head, text.whole && !cut);
  const rows = startingWith(text.head.subarray(separator?.bytes ?? 0), text.rest);
  return { encoding, layout, batches: batchesOf(rows, layout, { firstLine: separator ? 2 : 1, cut }) };
}

async function* batchesOf(
  text: AsyncIterable<Buffer>,
  layout: Layout,
  { firstLine, cut }: { readonly firstLine: number; readonly cut: boolean },
): AsyncGenerator<readonly TableRecord[]> {
  const parser = createRecordParser(layout, firstLine);
  let waiting: TableRecord[] = [];
  let bytes = 0;
  for await (const chunk of text) {
    waiting = waiting.concat(await parser.feed(chunk));
    bytes += chunk.length;
    const enough = bytes >= BATCH_BYTES ? 1 : BATCH_RECORDS;
    while (waiting.length >= enough) {
      yield waiting.slice(0, BATCH_RECORDS);
      waiting = waiting.slice(BATCH_RECORDS);
      bytes = 0;
    }
    // Buffered chunks arrive as microtasks, which keep timers and sockets waiting.
    await nextTurn();
  }
  if (!cut) waiting = waiting.concat(await parser.end());
  for (let start = 0; start < waiting.length; start += BATCH_RECORDS)
    yield waiting.slice(start, start + BATCH_RECORDS);
}

async function* followedBy(
  records: readonly TableRecord[],
  batches: AsyncGenerator<readonly TableRecord[]>,
): AsyncGenerator<readonly TableRecord[]> {
  if (records.length > 0) yield records;
  yield* batches;
}

/** A generator waits for its pending `next` before it returns, for ever where the source stalls: hence by hand. */
function closing<Item>(items: AsyncGenerator<Item>, close: () => void): AsyncIterable<Item> {
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        try {
          return await items.next();
        } catch (error) {
          close();
          throw error;
        }
      },
      async return() {
        close();
        return { done: true, value: undefined };
      },
    }),
  };
}
