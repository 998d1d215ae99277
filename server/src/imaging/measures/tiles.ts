import type { RawPixels } from "../pixels.ts";

const side = 16;
const maxTiles = 112;

/**
 * A bounded sample of a picture at its own resolution: at most 112 tiles of 16×16 pixels (28 672 pixels) from a grid over
 * the whole of it, the same ones every time. Many small tiles rather than few large ones: on a page with a few lines of
 * text they are what still meets a line.
 *
 * Each tile lies elsewhere in its cell (an R2 low-discrepancy sequence), or a grid as wide as the line spacing of a
 * document would only ever see the space between the lines.
 */
export function sampleTiles(pixels: RawPixels): RawPixels[] {
  const width = Math.min(side, pixels.width);
  const height = Math.min(side, pixels.height);
  const most = Math.min(maxTiles, Math.floor(pixels.width / width));
  const columns = Math.max(
    1,
    Math.min(most, Math.floor(Math.sqrt((maxTiles * pixels.width) / pixels.height))),
  );
  const rows = Math.min(Math.floor(maxTiles / columns), Math.floor(pixels.height / height));
  const tiles: RawPixels[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const place = tiles.length;
      const left =
        column * (pixels.width / columns) + ((place * 0.7548776662) % 1) * (pixels.width / columns - width);
      const top =
        row * (pixels.height / rows) + ((place * 0.5698402909) % 1) * (pixels.height / rows - height);
      tiles.push(cut(pixels, Math.floor(left), Math.floor(top), width, height));
    }
  }
  return tiles;
}

function cut(
  { data, width: stride, channels }: RawPixels,
  left: number,
  top: number,
  width: number,
  height: number,
) {
  const tile = new Uint8Array(width * height * channels);
  for (let row = 0; row < height; row += 1) {
    const from = ((top + row) * stride + left) * channels;
    tile.set(data.subarray(from, from + width * channels), row * width * channels);
  }
  return { data: tile, width, height, channels };
}
