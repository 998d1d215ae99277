import { AppError } from "../../platform/errors.ts";
import { TableError } from "../../platform/tables/errors.ts";

const refuse = (code: string, message: string, status = 400) => new AppError({ code, status, message });

/** Where a row stands: its number among the products, and its line in the file. */
export interface RowPlace {
  readonly row: number;
  readonly line: number;
}

const at = ({ row, line }: RowPlace) => `row ${row} (line ${line})`;

/** Cells are the caller's own, and an answer is no place for a page of them. */
const shown = (text: string) => (text.length > 200 ? `${text.slice(0, 200)}…` : text).toWellFormed();

export const requestNotFound = () => refuse("request_not_found", "Request ID not found", 404);

export const noSuchImage = () => refuse("image_not_found", "The request has no such product or image.", 404);

export const needsApiKey = () =>
  refuse(
    "permission_denied",
    "Who is told of uploads is set for the whole installation: send the API key as `X-API-Key`, or a credential of an administrator.",
    403,
  );

/** The API documents no 409. */
export const notCancellable = (status: string) =>
  refuse("request_ended", `Only a request that has not ended can be cancelled, and this one is ${status}.`);

export const noFile = () => refuse("no_file", "No file uploaded: send the CSV as the form field `file`.");

export const noFileSelected = () => refuse("no_file", "No file selected: choose the CSV of your products.");

export const unknownFile = (field: string) =>
  refuse("unknown_file", `The form has a file in the field ${shown(field)}; send the CSV as \`file\`.`);

export const encodedBody = () =>
  refuse(
    "validation_error",
    "A Content-Encoding of the whole form is not supported: compress the file in it instead (products.csv.gz).",
  );

export const imageNotFound = () => refuse("image_not_found", "Image not found", 404);

export const notCsv = () => refuse("not_csv", "Only CSV files are allowed");

export const missingColumns = (missing: readonly string[], found: readonly string[]) =>
  refuse(
    "missing_columns",
    `Missing required fields in CSV: no column for ${missing.join(" and ")}. The first row reads: ${shown(found.join(", "))}`,
  );

export const noProducts = () =>
  refuse("no_products", "The CSV file has a header and no products: write one product per row below it.");

export const invalidSerial = (place: RowPlace, cell: string) =>
  refuse(
    "invalid_serial_number",
    `Invalid serial number format: ${at(place)} reads "${shown(cell)}" where a whole number is expected`,
  );

export const tooManyCells = (place: RowPlace, cells: number, columns: number) =>
  refuse(
    "malformed_row",
    `In the CSV, ${at(place)} has ${cells} cells, and the header has ${columns}: put quotes around a cell that contains the separator, such as "Lamp, large".`,
  );

export const rowTooLarge = (place: RowPlace, most: number) =>
  refuse("row_too_large", `In the CSV, ${at(place)} holds more than ${most} characters; shorten its cells.`);

export const nameTooLong = (place: RowPlace, most: number) =>
  refuse("name_too_long", `In the CSV, ${at(place)} has a product name of more than ${most} characters.`);

export const tooManyImages = (place: RowPlace, found: number, most: number) =>
  refuse(
    "too_many_images",
    `In the CSV, ${at(place)} names ${found} images; a product has at most ${most}. Write the others into a row of their own.`,
  );

export const fileTooLarge = (maxBytes: number) =>
  refuse(
    "payload_too_large",
    `The file is larger than ${Math.floor(maxBytes / 2 ** 20)} MB; upload it in parts.`,
    413,
  );

export const invalidField = (field: string, what: string) => refuse("validation_error", `${field}: ${what}`);

/** What a file cannot be read for is the uploader's to mend; anything else passes as it is. */
export function toFileRefusal(error: unknown, maxBytes: number): unknown {
  if (!(error instanceof TableError)) return error;
  if (error.code === "table_too_large") return fileTooLarge(maxBytes);
  return new AppError({ code: error.code, status: 400, message: error.message, cause: error });
}
