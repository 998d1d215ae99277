import { mergeLines, scaled } from "./merge-lines.ts";
import type { OcrEngine } from "./ocr-engine.ts";
import { type GreyPicture, toPgm, toSignSize } from "./readable-picture.ts";
import { type TextLine, textLines } from "./text-lines.ts";

/** A picture with more lines than this is a page, and holds no sign that the first look could have missed. */
const pageLines = 12;

/** The lines of text in a picture, in reading order: a look at the page, and another for lettering that is large. */
export async function readText(engine: OcrEngine, picture: GreyPicture): Promise<TextLine[]> {
  const page = textLines(await engine.recognize(toPgm(picture), "page"), "page");
  if (page.length > pageLines) return page;
  const small = await toSignSize(picture);
  const sign = textLines(await engine.recognize(toPgm(small), "sparse"), "sparse");
  return mergeLines(
    page,
    sign.map((line) => scaled(line, picture.width / small.width)),
  );
}
