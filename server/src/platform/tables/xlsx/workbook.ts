import type { Readable } from "node:stream";
import type { Pages, Row } from "../cell.ts";
import { type ZipEntry, zipBytes } from "../zip.ts";
import { MAX_COLUMNS, MAX_ROWS } from "./limits.ts";
import {
  contentTypesXml,
  corePropertiesXml,
  packageRelationsXml,
  workbookRelationsXml,
  workbookXml,
  worksheetPath,
  XML_DECLARATION,
} from "./parts.ts";
import { createRowSource } from "./row-source.ts";
import { createSheetNames } from "./sheet-names.ts";
import { stylesXml } from "./styles.ts";
import { worksheetXml } from "./worksheet.ts";

export interface Sheet {
  /** What Excel does not allow in it is left out. */
  readonly name: string;
  readonly header: readonly string[];
  readonly pages: Pages<Row>;
}

interface XlsxOptions {
  readonly now: Date;
  /** With the header; what a sheet of Excel holds if not told otherwise. */
  readonly maxRowsPerSheet?: number;
}

/**
 * An XLSX file, made while it is read, in memory that does not grow with the rows. Rows that a sheet cannot hold go to
 * `Results (2)`, with the header again. Text of more than 32,767 characters is cut and ends in `… [cut]`.
 * A reader that leaves ends the pages through their iterator's `return()`; what they throw destroys the stream.
 */
export function xlsxBytes(sheets: readonly [Sheet, ...Sheet[]], options: XlsxOptions): Readable {
  for (const { name, header } of sheets)
    if (header.length > MAX_COLUMNS) throw new Error(`Sheet ${name} has more than ${MAX_COLUMNS} columns.`);
  return zipBytes(partsOf(sheets, options), options.now);
}

/** How many sheets there are is known after the last row, so the parts that list them come last, as in openpyxl's files. */
async function* partsOf(
  sheets: readonly Sheet[],
  { now, maxRowsPerSheet = MAX_ROWS }: XlsxOptions,
): AsyncGenerator<ZipEntry> {
  // What `file` and its kind recognise an Office file by is its first entry.
  yield part("docProps/core.xml", corePropertiesXml(now));
  yield part("_rels/.rels", packageRelationsXml);
  yield part("xl/styles.xml", stylesXml);
  const nameOf = createSheetNames();
  const names: string[] = [];
  for (const { name, header, pages } of sheets) {
    const rows = createRowSource(pages);
    try {
      do {
        names.push(nameOf(name));
        yield {
          name: worksheetPath(names.length),
          content: () => declared(worksheetXml(header, rows, maxRowsPerSheet)),
          compress: true,
        };
      } while (await rows.hasMore());
    } finally {
      await rows.close();
    }
  }
  yield part("xl/_rels/workbook.xml.rels", workbookRelationsXml(names.length));
  yield part("xl/workbook.xml", workbookXml(names));
  yield part("[Content_Types].xml", contentTypesXml(names.length));
}

const part = (name: string, text: string): ZipEntry => ({
  name,
  content: () => [XML_DECLARATION, text],
  compress: true,
});

async function* declared(xml: AsyncIterable<string>): AsyncGenerator<string> {
  yield XML_DECLARATION;
  yield* xml;
}
