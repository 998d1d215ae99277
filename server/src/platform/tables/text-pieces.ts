import type { Pages } from "./cell.ts";

/** A piece waits whole at each stage on its way out, and making one takes well under a millisecond. */
const PIECE_CHARACTERS = 65_536;

/** The items' text one after the other, in pieces of about 64 K characters: a stream of single rows costs more than making them. */
export async function* textPieces<Item>(
  pages: Pages<Item>,
  write: (item: Item) => string,
): AsyncGenerator<string> {
  for await (const page of pages) {
    let text = "";
    for (const item of page) {
      text += write(item);
      if (text.length < PIECE_CHARACTERS) continue;
      yield text;
      text = "";
    }
    if (text !== "") yield text;
  }
}
