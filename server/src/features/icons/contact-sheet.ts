import type { RawPixels } from "@fovea/imaging";
import { pngStream } from "./png-stream.ts";

/** Of one icon on the sheet, in pixels. */
export const thumbnailSide = 128;
/** White on all sides of it. */
const gap = 16;
/** Red, green, blue. */
const channels = 3;

/**
 * Many icons on white, as one PNG, in rows from the left; a row of icons is in memory at a time. There are no names in
 * it, since a machine may have no font to write them with: `index.html` has them.
 *
 * @param count of the places, at least 1; thumbnails beyond it are not asked for
 * @param thumbnails at most `thumbnailSide` on a side, opaque, with three channels or more; null leaves its place empty
 */
export function contactSheet(
  count: number,
  thumbnails: AsyncIterable<RawPixels | null>,
): AsyncGenerator<Buffer> {
  const columns = Math.min(count, Math.max(4, Math.round(Math.sqrt(count * 1.5))));
  const rows = Math.ceil(count / columns);
  const cell = thumbnailSide + gap;
  const size = { width: columns * cell + gap, height: rows * cell + gap };
  return pngStream(size, bands(size.width, { columns, rows, cell, count }, thumbnails));
}

async function* bands(
  width: number,
  {
    columns,
    rows,
    cell,
    count,
  }: { readonly columns: number; readonly rows: number; readonly cell: number; readonly count: number },
  thumbnails: AsyncIterable<RawPixels | null>,
): AsyncGenerator<Buffer> {
  const row = Buffer.alloc(width * cell * channels, 255);
  let place = 0;
  for await (const thumbnail of thumbnails) {
    if (thumbnail !== null) put(row, width, { left: gap + (place % columns) * cell, top: gap }, thumbnail);
    place += 1;
    if (place % columns === 0) {
      yield Buffer.from(row);
      row.fill(255);
    }
    if (place === count) break;
  }
  // The last row may not be full; and there may be fewer than were counted.
  for (let done = Math.floor(place / columns); done < rows; done += 1) {
    yield Buffer.from(row);
    row.fill(255);
  }
  yield Buffer.alloc(width * gap * channels, 255);
}

/** In the middle of its place. */
function put(
  row: Buffer,
  width: number,
  { left, top }: { readonly left: number; readonly top: number },
  { data, width: wide, height: high, channels: given }: RawPixels,
): void {
  const x = left + Math.floor((thumbnailSide - wide) / 2);
  const y = top + Math.floor((thumbnailSide - high) / 2);
  for (let line = 0, source = 0; line < high; line += 1) {
    let target = ((y + line) * width + x) * channels;
    for (let column = 0; column < wide; column += 1, source += given, target += channels) {
      row[target] = data[source] ?? 255;
      row[target + 1] = data[source + 1] ?? 255;
      row[target + 2] = data[source + 2] ?? 255;
    }
  }
}
