import type { Readable } from "node:stream";
import { type FormPart, textOf } from "../../platform/http/form-parts.ts";
import { readForm } from "../../platform/http/read-form.ts";
import { type CellProblem, cellProblems, problemOfCell } from "./cell-problem.ts";
import { maxUploadBytes } from "./create-batch.ts";
import { formRefusals, invalidField, noUrls, toUploadError } from "./errors.ts";
import type { Preview } from "./preview-schema.ts";
import { type ReadRow, readRows } from "./read-rows.ts";

const shownRows = 20;
const shownExamples = 3;
const shownCharacters = 200;

/**
 * What an upload would read of the file in a form; nothing is stored. With `partial`, which stands before the file, it is
 * the beginning of one, and the row that its end cuts off is left out.
 */
export async function previewUpload(parts: AsyncIterable<FormPart>): Promise<Preview> {
  let partial = false;
  let isRead = false;
  const watched = async function* () {
    for await (const part of parts) {
      if (part.type === "field" && part.fieldname === "partial") {
        if (isRead) throw invalidField("partial", "send it before the file");
        partial = /^(true|1|yes|on)$/i.test(textOf(part.value).trim());
      }
      yield part;
    }
  };
  try {
    const { taken } = await readForm(watched(), formRefusals, async ({ bytes }) => {
      isRead = true;
      return await previewFile(bytes, { partial, maxBytes: maxUploadBytes });
    });
    return taken;
  } catch (error) {
    throw toUploadError(error, maxUploadBytes);
  }
}

/** @throws what an upload of the file would be refused for */
async function previewFile(
  file: Readable,
  { partial, maxBytes }: { readonly partial: boolean; readonly maxBytes: number },
): Promise<Preview> {
  const { encoding, delimiter, first, column, rows } = await readRows(file, { maxBytes, cut: partial });
  const shown: Preview["rows"] = [];
  const found = { valid: 0, duplicate: 0, invalid: 0 };
  const problems = createProblems();
  let row = 0;
  for await (const read of rows) {
    for (const each of read) {
      row += 1;
      found[each.as] += 1;
      const problem = each.as === "invalid" ? problemOfCell(each.input.url) : null;
      if (problem !== null) problems.add(problem, row, each);
      if (shown.length < shownRows) shown.push(shownRow(row, each, problem));
    }
  }
  // What was not sent may hold some.
  if (found.valid === 0 && !partial) throw noUrls();
  const columns = column.header?.map((name) => shortened(name.trim())) ?? null;
  return {
    ...{ encoding, delimiter, columns },
    has_header: column.header !== null,
    url_column: { index: column.index, name: columns === null ? null : (columns[column.index] ?? null) },
    url_column_how: column.how,
    rows: shown.map((each) => ({ ...each, cells: filledUp(each.cells, first.length) })),
    total_urls: row,
    duplicate_urls: found.duplicate,
    invalid_urls: found.invalid,
    problems: problems.list(),
    partial,
  };
}

const shownRow = (row: number, { line, input, as }: ReadRow, problem: CellProblem | null) => ({
  ...{ row, line, problem },
  cells: (input.cells ?? [input.url]).map(shortened),
  duplicate: as === "duplicate",
});

function createProblems() {
  const groups = new Map<CellProblem, Preview["problems"][number]>();
  return {
    add(code: CellProblem, row: number, { line, input: { url } }: ReadRow) {
      const group = groups.get(code) ?? { code, ...cellProblems[code], count: 0, examples: [] };
      groups.set(code, group);
      group.count += 1;
      if (group.examples.length < shownExamples) group.examples.push({ row, line, value: shortened(url) });
    },
    list: () => [...groups.values()].sort((one, other) => other.count - one.count),
  };
}

/** A row may end before the last columns. */
const filledUp = (cells: readonly string[], width: number): string[] => [
  ...cells,
  ...Array.from({ length: Math.max(0, width - cells.length) }, () => ""),
];

const shortened = (text: string): string =>
  text.length > shownCharacters ? `${text.slice(0, shownCharacters - 1).toWellFormed()}…` : text;
