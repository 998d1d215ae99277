import { ImagingError, isIntact, readHeader, type Square, type SquareRequest } from "@fovea/imaging";
import { isOwnSvg } from "../../models/icons/local/own-svg.ts";
import { type IconFormat, iconSides, usualIcoSides } from "./choices.ts";
import { svgUnavailable } from "./errors.ts";
import { icoOf } from "./ico.ts";
import type { IconOutput } from "./requests.ts";

/** What was made of an icon: a drawing of ours, or a PNG, WebP, JPEG or GIF of a model. */
export type IconPicture =
  | { readonly as: "drawing"; readonly svg: string }
  | { readonly as: "pixels"; readonly bytes: Buffer };

export interface IconFile {
  readonly format: IconFormat;
  /** Pixels of a side where sizes were asked for; null for the one file that the icon itself is. */
  readonly size: number | null;
  readonly bytes: Buffer;
  readonly contentType: string;
  /** Pixels; of an ICO those of its largest picture, of an SVG its units. */
  readonly width: number;
  readonly height: number;
}

export interface IconFilesDeps {
  /** A PNG of a drawing of ours. */
  readonly rasterize: (svg: string, side: number, signal: AbortSignal) => Promise<Buffer>;
  /** The whole picture in a square, never larger than it is. */
  readonly square: (bytes: Buffer, to: SquareRequest, signal: AbortSignal) => Promise<Square>;
}

export const contentTypes: Readonly<Record<IconFormat, string>> = {
  png: "image/png",
  svg: "image/svg+xml",
  webp: "image/webp",
  ico: "image/vnd.microsoft.icon",
};

/** Whether what a provider makes can be handed out so: asked before anything is paid. Only our own drawings are vectors. */
export const canMake = ({ format }: IconOutput, provider: string): boolean =>
  format !== "svg" || provider === "local";

/**
 * The files of an icon, all of them squares.
 *
 * A drawing is rendered in each size. A model's picture is made smaller and never larger: who asks for more gets it once,
 * as large as it is.
 *
 * @returns the file that the icon itself is, which is the largest, and then the others, by size
 * @throws {AppError} `icon_svg_unavailable` (400); and what `rasterize` and `square` throw
 */
export async function makeIconFiles(
  picture: IconPicture,
  { format, sizes }: IconOutput,
  deps: IconFilesDeps,
  signal: AbortSignal,
): Promise<readonly IconFile[]> {
  if (format === "svg") return [vectorOf(picture)];
  if (format === "ico") {
    const sides = sizes.length === 0 ? usualIcoSides : sizes;
    const pictures = await squaresOf(picture, "png", sides, deps, signal);
    const ico = icoOf(pictures.map(({ bytes, side }) => ({ side, png: bytes })));
    return [file("ico", null, { bytes: ico, side: pictures.at(-1)?.side ?? 0 })];
  }
  if (sizes.length === 0) return [file(format, null, await wholeOf(picture, format, deps, signal))];
  const squares = await squaresOf(picture, format, sizes, deps, signal);
  return squares.map((square) => file(format, square.side, square)).toReversed();
}

function file(format: IconFormat, size: number | null, { bytes, side }: Square): IconFile {
  return { format, size, bytes, contentType: contentTypes[format], width: side, height: side };
}

function vectorOf(picture: IconPicture): IconFile {
  if (picture.as !== "drawing") throw svgUnavailable();
  // Looked at again here, since an SVG runs scripts in the page of whoever opens it.
  if (!isOwnSvg(picture.svg)) throw new TypeError("Only drawings of the local icons are handed out as SVG.");
  return file("svg", null, { bytes: Buffer.from(picture.svg), side: iconSides.most });
}

/** @param sides ascending; the squares are too, and each is of another size */
async function squaresOf(
  picture: IconPicture,
  format: "png" | "webp",
  sides: readonly number[],
  deps: IconFilesDeps,
  signal: AbortSignal,
): Promise<readonly Square[]> {
  const squares: Square[] = [];
  for (const side of sides) {
    const square =
      picture.as === "drawing"
        ? await drawn(picture.svg, side, format, deps, signal)
        : await deps.square(picture.bytes, { side, format, quality }, signal);
    // As large as the one before: it is as large as the picture is, and so would be all others.
    if (square.side === squares.at(-1)?.side) break;
    squares.push(square);
  }
  return squares;
}

/** For models' pictures, which have grain that nobody sees and that takes most of the bytes of a lossless WebP. */
const quality = 90;

async function wholeOf(
  picture: IconPicture,
  format: "png" | "webp",
  deps: IconFilesDeps,
  signal: AbortSignal,
): Promise<Square> {
  if (picture.as === "drawing") return await drawn(picture.svg, iconSides.most, format, deps, signal);
  const asMade = format === "png" ? sideOfSquarePng(picture.bytes) : null;
  if (asMade !== null) return { bytes: picture.bytes, side: asMade };
  return await deps.square(picture.bytes, { side: null, format, quality }, signal);
}

async function drawn(
  svg: string,
  side: number,
  format: "png" | "webp",
  { rasterize, square }: IconFilesDeps,
  signal: AbortSignal,
): Promise<Square> {
  const png = await rasterize(svg, side, signal);
  if (format === "png") return { bytes: png, side };
  // Of flat colours: over the seven styles 377 KB, against 337 KB at quality 90, which leaves traces along all edges.
  return await square(png, { side: null, format, quality: "lossless" }, signal);
}

/** @returns null for what has to be made anew, or cannot be read */
function sideOfSquarePng(bytes: Buffer): number | null {
  try {
    const header = readHeader(bytes);
    const { format, width, height, orientation } = header;
    const asItIs = format === "png" && width === height && orientation <= 1 && isIntact(bytes, header);
    return asItIs ? width : null;
  } catch (error) {
    if (error instanceof ImagingError) return null;
    throw error;
  }
}
