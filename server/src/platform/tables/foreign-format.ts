import { foreignFormat, type TableError } from "./errors.ts";

interface Format {
  readonly what: string;
  readonly remedy?: string;
  /** First bytes as Latin-1, some of them at an offset. */
  readonly starts: readonly string[];
  readonly offset?: number;
}

const AS_CSV = "upload the CSV file itself, plain or compressed with gzip";
const LIST = "upload a CSV file that lists the URLs of the images";

const BINARY: readonly Format[] = [
  { what: "an Excel workbook or another ZIP archive", starts: ["PK\x03\x04", "PK\x05\x06"] },
  { what: "an old Excel workbook", starts: ["\xd0\xcf\x11\xe0"] },
  { what: "a PDF document", starts: ["%PDF-"] },
  {
    what: "an image",
    remedy: LIST,
    starts: ["\xff\xd8\xff", "\x89PNG", "GIF87a", "GIF89a", "II*\0", "MM\0*"],
  },
  { what: "an image", remedy: LIST, starts: ["WEBP"], offset: 8 },
  { what: "an image", remedy: LIST, starts: ["ftyphe", "ftypmif", "ftypmsf", "ftypavi"], offset: 4 },
  { what: "compressed twice", remedy: "compress it once", starts: ["\x1f\x8b"] },
  {
    what: "compressed with something other than gzip",
    remedy: AS_CSV,
    starts: ["\x28\xb5\x2f\xfd", "BZh91AY", "\xfd7zXZ", "7z\xbc\xaf", "Rar!"],
  },
];

/** As many first bytes as `recogniseForeign` looks at. */
export const FOREIGN_BYTES = 512;

/** What people upload instead of a table, as the error that says so; null for anything that may be one. */
export function recogniseForeign(head: Buffer): TableError | null {
  const start = head.toString("latin1", 0, FOREIGN_BYTES);
  const format = BINARY.find(({ starts, offset = 0 }) =>
    starts.some((bytes) => start.startsWith(bytes, offset)),
  );
  if (format) return foreignFormat(format.what, format.remedy);
  const text = start.replace(/^\xef\xbb\xbf/, "").trimStart();
  if (/^<(?:!doctype\s+html|html)[\s>]/i.test(text)) return foreignFormat("an HTML page");
  return /^<(?:\?xml\s|svg[\s>])/.test(text) ? foreignFormat("an XML document") : null;
}
