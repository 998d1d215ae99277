import type { Pages } from "./cell.ts";
import { textPieces } from "./text-pieces.ts";

/** One JSON value to a line. */
export const ndjsonText = (pages: Pages<unknown>): AsyncGenerator<string> =>
  textPieces(pages, (item) => `${JSON.stringify(item)}\n`);

/** One array of all, a member to a line: also the value of a member that the caller writes around it. */
export async function* jsonArrayText(pages: Pages<unknown>): AsyncGenerator<string> {
  let separator = "\n";
  yield "[";
  yield* textPieces(pages, (item) => {
    const text = separator + JSON.stringify(item);
    separator = ",\n";
    return text;
  });
  yield "\n]";
}
