import type { Row } from "../../../platform/tables/cell.ts";
import { csvText } from "../../../platform/tables/csv-text.ts";
import { jsonArrayText, ndjsonText } from "../../../platform/tables/json-text.ts";
import { MAX_COLUMNS } from "../../../platform/tables/xlsx/limits.ts";
import { type Sheet, xlsxBytes } from "../../../platform/tables/xlsx/workbook.ts";
import type { ResultAnswer } from "../answers.ts";
import { tooManyColumns } from "../errors.ts";
import { type AnswerSchema, answerColumns } from "./answer-columns.ts";
import { type Column, factColumns, type InputTable, inputColumns, reviewColumns } from "./columns.ts";
import type { ExportFormat } from "./formats.ts";

export interface ExportContent {
  readonly format: ExportFormat;
  readonly records: () => AsyncGenerator<readonly ResultAnswer[]>;
  /** Also what is known of how each result came about; false leaves the nine facts of the preview. */
  readonly metadata: boolean;
  /** JSON Schema of the answers to a question of the batch's own; null where it is the default one. */
  readonly answer: AnswerSchema | null;
  /** Also columns with what people said of results. */
  readonly reviews: boolean;
  /** Columns of the uploaded file; null leaves them out. */
  readonly input: InputTable | null;
  /** Values as they are, where a spreadsheet might take some for formulas. */
  readonly raw: boolean;
  /** CSV with a mark at its beginning, by which Excel knows UTF-8. */
  readonly bom: boolean;
  /** What is told about the export itself, once its rows are counted. */
  readonly about: (rows: number) => Readonly<Record<string, unknown>>;
  readonly now: Date;
}

export interface WrittenExport {
  readonly content: AsyncIterable<string | Buffer>;
  /** Rows written so far. */
  readonly rows: () => number;
}

/** A piece at a time, and only as fast as it is taken. */
export function writeExport(asked: ExportContent): WrittenExport {
  const { format } = asked;
  const counts = { rows: 0, failures: new Map<string, number>() };
  async function* counted() {
    for await (const page of asked.records()) {
      counts.rows += page.length;
      for (const { error_type } of page)
        if (error_type !== null) counts.failures.set(error_type, (counts.failures.get(error_type) ?? 0) + 1);
      yield page;
    }
  }
  const write = {
    csv: () => csv(asked, counted()),
    json: () => json(asked, counted(), () => counts.rows),
    ndjson: () => ndjsonText(counted()),
    xlsx: () => xlsx(asked, counted(), counts),
  };
  return { content: inPieces(write[format]), rows: () => counts.rows };
}

/** Nothing is read before the first piece is asked for. */
async function* inPieces(
  write: () => AsyncIterable<string | Buffer> | Promise<AsyncIterable<string | Buffer>>,
) {
  yield* await write();
}

type Records = AsyncGenerator<readonly ResultAnswer[]>;

async function csv(asked: ExportContent, records: Records) {
  const { header, pages } = await tableOf(asked, records);
  return csvText(header, pages, { raw: asked.raw, bom: asked.bom });
}

async function* json({ metadata, about }: ExportContent, records: Records, rows: () => number) {
  yield '{"results": ';
  yield* jsonArrayText(records);
  // Behind the results, since only then it is known how many there were.
  yield metadata ? `,\n"metadata": ${JSON.stringify(about(rows()))}}\n` : "}\n";
}

async function xlsx(
  asked: ExportContent,
  records: Records,
  counts: { readonly rows: number; readonly failures: ReadonlyMap<string, number> },
) {
  const { header, pages } = await tableOf(asked, records);
  const results: Sheet = { name: "Results", header, pages };
  if (!asked.metadata) return xlsxBytes([results], { now: asked.now });
  const about = async function* () {
    yield Object.entries(asked.about(counts.rows)).map(([name, value]): Row => [name, shown(value)]);
  };
  const summary = async function* () {
    const failed = [...counts.failures.values()].reduce((sum, count) => sum + count, 0);
    yield [
      ["success", "", counts.rows - failed],
      ...[...counts.failures]
        .sort(([, a], [, b]) => b - a)
        .map(([code, count]): Row => ["failed", code, count]),
    ];
  };
  return xlsxBytes(
    [
      results,
      { name: "Metadata", header: ["field", "value"], pages: about() },
      { name: "Summary", header: ["outcome", "error_type", "count"], pages: summary() },
    ],
    { now: asked.now },
  );
}

const shown = (value: unknown): string | number | boolean | null =>
  value === null || value === undefined
    ? null
    : typeof value === "string" || typeof value === "number" || typeof value === "boolean"
      ? value
      : JSON.stringify(value);

/** The columns of an export depend on its first page where a file has no headers: then its cells are counted. */
async function tableOf({ format, metadata, reviews, answer, input }: ExportContent, records: Records) {
  const first = await records.next();
  const cells = first.done ? 0 : Math.max(0, ...first.value.map((record) => record.cells.length));
  const documented = factColumns({ metadata });
  const facts = reviews ? [...documented, ...reviewColumns] : documented;
  const found = answer === null ? facts : [...facts, ...answerColumns(answer, facts)];
  const columns = input === null ? found : [...found, ...inputColumns(input, cells, found)];
  if (format === "xlsx" && columns.length > MAX_COLUMNS) throw tooManyColumns(columns.length, MAX_COLUMNS);
  const pages = async function* () {
    if (!first.done) yield toRows(columns, first.value);
    for await (const page of records) yield toRows(columns, page);
  };
  return { header: columns.map(({ header }) => header), pages: pages() };
}

const toRows = (columns: readonly Column[], page: readonly ResultAnswer[]): readonly Row[] =>
  page.map((record) => columns.map(({ cell }) => cell(record)));
