import sharp from "sharp";
import type { RasterAnswer, RasterOrder } from "./raster-messages.ts";

// Only what is rendered here can be read here: not even a picture inside of it.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({ operation: ["VipsForeignLoadSvgBuffer"] });
sharp.cache(false);
sharp.concurrency(1);

/** Of the drawings: with a density of 72 a unit is a pixel. */
const units = 1_024;

async function render({ svg, size }: RasterOrder): Promise<RasterAnswer> {
  try {
    const png = await sharp(Buffer.from(svg), { density: (72 * size) / units, limitInputPixels: 4_194_304 })
      .resize(size, size, { fit: "fill" })
      .ensureAlpha()
      .png({ compressionLevel: 6 })
      .toBuffer();
    return { png };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

process.on("message", (order: RasterOrder) => {
  void render(order).then((answer) => process.send?.(answer));
});
