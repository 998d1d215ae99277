import { setImmediate as nextTurn } from "node:timers/promises";
import { isUrl } from "./header.ts";
import { createRecordParser, type Delimiter, type Layout, type TableRecord } from "./record-parser.ts";

const CANDIDATES: readonly Delimiter[] = [",", ";", "\t", "|"];
const ONE_COLUMN: Layout = { delimiter: ",", oneColumn: true };

/** Share of the rows that have to show that a delimiter divides them, where no header does. */
const ENOUGH_ROWS = 0.25;

interface Division {
  readonly delimiter: Delimiter;
  readonly rows: readonly (readonly string[])[];
  readonly width: number;
  /** Rows as wide as the first. */
  readonly even: number;
}

/** Excel's own line `sep=;`, which it writes and honours; not part of the table. */
export function findSeparatorLine(sample: Buffer): { delimiter: Delimiter; bytes: number } | null {
  const line = /^("?)sep=([,;|\t])\1(?:\r\n|\n|\r|$)/i.exec(sample.toString("latin1", 0, 16));
  const delimiter = CANDIDATES.find((candidate) => candidate === line?.[2]);
  return line && delimiter ? { delimiter, bytes: line[0].length } : null;
}

/**
 * How the first rows are divided. An address may contain `,` `;` and `|`, even equally often in every row
 * (`…/w_100,h_200/a.jpg`), so counting them proves nothing: a header, which contains no address, decides; without one,
 * a delimiter has to stand where it cannot be part of an address.
 * @param sample UTF-8; `whole` tells that nothing follows it.
 */
export async function chooseLayout(sample: Buffer, whole: boolean): Promise<Layout> {
  const divisions: Division[] = [];
  for (const delimiter of CANDIDATES) {
    divisions.push(await divide(sample, whole, delimiter));
    // The first table after a start is parsed by code that is not compiled yet: 32 ms for the four.
    await nextTurn();
  }
  return byHeader(divisions) ?? byRows(divisions, sample.toString()) ?? ONE_COLUMN;
}

async function divide(sample: Buffer, whole: boolean, delimiter: Delimiter): Promise<Division> {
  const rows = (await completeRecords(sample, whole, delimiter)).map(({ cells }) => cells);
  const width = rows[0]?.length ?? 0;
  return { delimiter, rows, width, even: rows.filter((cells) => cells.length === width).length };
}

async function completeRecords(sample: Buffer, whole: boolean, delimiter: Delimiter): Promise<TableRecord[]> {
  const parser = createRecordParser({ delimiter, oneColumn: false }, 1);
  const records: TableRecord[] = [];
  try {
    records.push(...(await parser.feed(sample)));
    if (whole) records.push(...(await parser.end()));
  } catch {
    // The same fault surfaces, with its line, when the table is read.
  }
  return records;
}

function byHeader(divisions: readonly Division[]): Layout | null {
  const divided = divisions.filter(({ width, rows }) => width > 1 && !rows[0]?.some(mentionsUrl));
  const best = divided.sort((a, b) => b.even - a.even || b.width - a.width)[0];
  return best ? { delimiter: best.delimiter, oneColumn: false } : null;
}

function byRows(divisions: readonly Division[], sample: string): Layout | null {
  const scored = divisions.map((division) => {
    const isQuotedBeside =
      sample.includes(`"${division.delimiter}`) || sample.includes(`${division.delimiter}"`);
    const scores = division.rows.map((cells) =>
      scoreRow(cells, division.delimiter === "\t" || isQuotedBeside),
    );
    return {
      division,
      share: scores.filter((score) => score > 0).length / Math.max(1, scores.length),
      total: scores.reduce((sum, score) => sum + score, 0),
    };
  });
  const best = scored
    .filter(({ share }) => share >= ENOUGH_ROWS)
    .sort((a, b) => b.total - a.total || b.division.even - a.division.even)[0];
  return best ? { delimiter: best.division.delimiter, oneColumn: false } : null;
}

/** 0: the cells may be pieces of one address. 1: they are not. 2: and the address is a picture's, to its end. */
function scoreRow(cells: readonly string[], dividesForSure: boolean): number {
  const at = cells.findIndex(isUrl);
  const url = cells[at]?.trim();
  if (cells.length < 2 || url === undefined) return 0;
  const after = cells.slice(at + 1);
  const pictureAfter = namesPicture(after.join().trim());
  if (namesPicture(url) && !pictureAfter) return 2;
  if (dividesForSure || at > 0 || after.some(isUrl)) return 1;
  // Addresses with a space after a comma are met: `…/Shop, front.jpg` is one.
  return !pictureAfter && after.some((cell) => cell.trim() === "" || /\s/.test(cell)) ? 1 : 0;
}

const namesPicture = (address: string) =>
  /\.(?:jpe?g|png|gif|webp|avif|bmp|tiff?|hei[cf]|svg)$/i.test(address);

const mentionsUrl = (cell: string) => cell.includes("://");
