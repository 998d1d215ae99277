import { missingColumns } from "./refusals.ts";

/** Places of the columns in the header, from 0. */
export interface ProductColumns {
  /** Null where products are numbered by their row. */
  readonly serial: number | null;
  readonly name: number;
  readonly urls: number;
  readonly count: number;
}

/** Without case, spaces, dots, dashes and underscores; the surest first. */
const SERIAL = ["sno", "serialnumber", "serialno", "serial", "id"];
const NAME = ["productname", "name", "sku", "product"];
const URLS = ["inputimageurls", "inputimageurl", "imageurls", "imageurl", "urls", "url", "images", "image"];

/**
 * Finds the columns of `product_name,image_url`, of `S. No.,Product Name,Input Image Urls`, and of what people write
 * instead. Other columns are left alone.
 *
 * @throws {AppError} `missing_columns`
 */
export function findProductColumns(header: readonly string[]): ProductColumns {
  const names = header.map((cell) => cell.toLowerCase().replace(/[\s._-]/g, ""));
  const place = (aliases: readonly string[]) =>
    aliases.map((alias) => names.indexOf(alias)).find((index) => index >= 0) ?? null;
  const name = place(NAME);
  const urls = place(URLS);
  if (name === null || urls === null) {
    const missing = [...(name === null ? ["product_name"] : []), ...(urls === null ? ["image_url"] : [])];
    throw missingColumns(missing, header);
  }
  return { serial: place(SERIAL), name, urls, count: header.length };
}
