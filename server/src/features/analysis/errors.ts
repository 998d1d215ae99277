import { BatchRefusal, type RefusalReason } from "../../engine/errors.ts";
import type { Batch } from "../../engine/records.ts";
import { AppError } from "../../platform/errors.ts";
import { type Dialect, jsonError, under } from "../../platform/http/dialect.ts";
import { errorPage, wantsPage } from "../../platform/http/error-page.ts";
import type { FormRefusals } from "../../platform/http/read-form.ts";
import { TableError } from "../../platform/tables/errors.ts";

const render: Dialect["render"] = (error, { timestamp }) =>
  jsonError(error.status, { success: false, error: error.message, error_type: error.code, timestamp });

const isApi = under(
  "/api/v1/batches",
  "/api/v1/batch",
  "/api/v1/export",
  "/api/v1/failures",
  "/api/v1/system",
  "/api/v1/ping",
  "/samples",
);

/** How the batch API words errors. */
export const analysisDialect: Dialect = {
  name: "analysis",
  // `/admin` itself is a page.
  owns: (path) => isApi(path) || path.startsWith("/admin/"),
  validationStatus: 400,
  render,
};

const isPage = under("/batch", "/system/status", "/admin", "/export", "/upload");

/** The same API's pages: HTML for people, JSON for whoever asks for it. */
export const analysisPagesDialect: Dialect = {
  name: "analysis pages",
  owns: (path) => path === "/" || isPage(path),
  validationStatus: 400,
  render: (error, context) => (wantsPage(context) ? errorPage(error, context) : render(error, context)),
};

const refuse = (code: string, message: string, status = 400) => new AppError({ code, status, message });

export const batchNotFound = (id: string) =>
  refuse("batch_not_found", `Batch not found: ${shortened(id)}`, 404);
export const resultNotFound = ({ items }: Batch, row: number) =>
  refuse(
    "result_not_found",
    row > items ? `The batch has ${items} rows, and no row ${row}.` : `Row ${row} has no result yet.`,
    404,
  );
const noFile = () => refuse("no_file", "No file uploaded: send the CSV as the form field `file`.");
export const notCalledCsv = (name: string) =>
  refuse(
    "not_csv",
    `${name.slice(0, 200)} is not a CSV file by its name: upload one that ends in .csv or .csv.gz.`,
  );
const noFileSelected = () => refuse("no_file", "No file selected");
const unknownFile = (field: string) =>
  refuse(
    "validation_error",
    `The form has a file in the field ${field}; send the CSV as the field \`file\`.`,
  );
export const formRefusals: FormRefusals = { noFile, noFileSelected, unknownFile };
export const notAForm = () =>
  refuse("validation_error", "Send the CSV as a multipart form (multipart/form-data) with the field `file`.");
export const encodedBody = () =>
  refuse(
    "validation_error",
    "A Content-Encoding of the whole form is not supported: compress the file in it instead (urls.csv.gz).",
  );
export const noUrlColumn = (first: readonly string[]) =>
  refuse(
    "no_url_column",
    `No valid URLs found in CSV file: the first row names no column such as url, image_url or link, and holds no address. It reads: ${shown(first)}`,
  );
export const noUrls = () =>
  refuse(
    "no_valid_urls",
    "No valid URLs found in CSV file: no row of its column holds an http://, https://, s3:// or asset:// address.",
  );
export const rowTooLarge = (line: number, maxBytes: number) =>
  refuse("row_too_large", `The row in line ${line} holds more than ${maxBytes} bytes; shorten its cells.`);
export const uploadTooLarge = (maxBytes: number) =>
  refuse(
    "payload_too_large",
    `The file is larger than ${Math.floor(maxBytes / 2 ** 20)} MB; upload it in parts.`,
    413,
  );
export const invalidField = (field: string, what: string) => refuse("validation_error", `${field}: ${what}`);

export const noSuchPart = (rows: number, parts: number) =>
  invalidField(
    "part",
    `the batch has ${rows} rows, which are ${parts === 1 ? "one part" : `${parts} parts`}`,
  );
export const tooManyColumns = (columns: number, most: number) =>
  refuse(
    "too_many_columns",
    `An Excel sheet has at most ${most} columns, and there are ${columns}: take CSV or JSON.`,
  );
export const tooManyRows = (remedy: string) =>
  refuse("too_many_rows", `One export holds at most a million rows, and more match. ${remedy}`);

const shortened = (text: string) => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

const shown = (cells: readonly string[]) => shortened(cells.join(", "));

/** What a table cannot be read for is the uploader's to mend; anything else passes as it is. */
export function toUploadError(error: unknown, maxBytes: number): unknown {
  if (!(error instanceof TableError)) return error;
  if (error.code === "table_too_large") return uploadTooLarge(maxBytes);
  return new AppError({ code: error.code, status: 400, message: error.message, cause: error });
}

/** Refusals of the engine in the words of this API; its document knows neither 409 nor 422. */
export async function refusalsOf<Value>(id: string, operation: Promise<Value>): Promise<Value> {
  try {
    return await operation;
  } catch (error) {
    if (error instanceof BatchRefusal) throw wordsOf(id, error.refusal);
    throw error;
  }
}

function wordsOf(id: string, refusal: RefusalReason): AppError {
  switch (refusal.reason) {
    case "not_found":
      return batchNotFound(id);
    case "deleted":
      return refuse(
        "batch_deleted",
        `The batch was deleted; it cannot be changed any more (${refusal.operation}).`,
      );
    case "resetting":
      return refuse(
        "batch_resetting",
        `The batch is being reset; ask again when that is through (${refusal.operation}).`,
      );
    case "too_many_active":
      return refuse("too_many_batches", tooManyActive(refusal.limit));
    case "nothing_to_retry":
      return refuse("nothing_to_retry", "No row of the batch failed so; there is nothing to retry.");
    case "wrong_state":
      return refuse("batch_state", wrongState(refusal.operation, refusal.state));
  }
}

export const tooManyActive = (limit: number) => `Maximum concurrent batches (${limit}) reached`;

function wrongState(operation: string, state: Batch["state"]): string {
  if (operation === "remove")
    return `Cannot delete a batch that is ${state}: pause or cancel it, or add force=true.`;
  const hint =
    operation === "force-start" && state === "completed"
      ? ": it is complete. Clone it to run it again, or send skip_validation=true"
      : operation === "retry" && state === "cancelled"
        ? ": force-start goes on with all rows that are left; failed ones can be retried then"
        : "";
  return `Cannot ${operation} a batch that is ${state}${hint}`;
}
