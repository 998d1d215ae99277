import sharp from "sharp";
import type { OcrEngine } from "./ocr-engine.ts";
import { type GreyPicture, toPgm } from "./readable-picture.ts";
import { type TextLine, textLines } from "./text-lines.ts";

/** Height of letters that the recogniser was trained on, in pixels. */
const trainedHeight = 40;

/**
 * Reads a line once more, cut out with a margin and brought to the height that suits the recogniser best.
 *
 * Letters at the end of a tilted or half-lit line get lost in the first look, with full confidence in the rest: of
 * "Corner Deli" it made "Corner Del" at 95. Only what is read twice alike is sure.
 */
export async function readsAlike(engine: OcrEngine, picture: GreyPicture, line: TextLine): Promise<boolean> {
  const again = textLines(await engine.recognize(toPgm(await cutOut(picture, line)), "page"), "page");
  return again.some(({ text }) => lettersOf(text) === lettersOf(line.text));
}

async function cutOut({ width, height, data }: GreyPicture, line: TextLine): Promise<GreyPicture> {
  const margin = line.letterHeight * 0.6;
  const left = Math.max(0, Math.floor(line.box.left - margin * 1.5));
  const top = Math.max(0, Math.floor(line.box.top - margin));
  const right = Math.min(width, Math.ceil(line.box.right + margin * 1.5));
  const bottom = Math.min(height, Math.ceil(line.box.bottom + margin));
  const scale = trainedHeight / line.letterHeight;
  const cut = await sharp(data, { raw: { width, height, channels: 1 } })
    .extract({ left, top, width: right - left, height: bottom - top })
    .resize({ width: Math.max(1, Math.round((right - left) * scale)) })
    .toColourspace("b-w")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: cut.info.width, height: cut.info.height, data: cut.data };
}

const lettersOf = (text: string) => text.replace(/[^\p{L}\p{N}]/gu, "");
