import { availableParallelism } from "node:os";
import sharp from "sharp";

/** One pipeline, as a script without a service would run it: decode, turn upright, shrink, encode. */
export interface BareOrder {
  /** Base64 of the picture. */
  readonly picture: string;
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
}

/** Runs as a process of its own, like the service it is compared with: as many pictures at once as cores. */
async function run(order: BareOrder): Promise<{ rate: number; cpuMs: number }> {
  sharp.cache(false);
  sharp.concurrency(1);
  const picture = Buffer.from(order.picture, "base64");
  const cpuBefore = process.cpuUsage();
  const endsAt = performance.now() + order.seconds * 1000;
  const startedAt = performance.now();
  let done = 0;
  const worker = async () => {
    while (performance.now() < endsAt) {
      await sharp(picture)
        .autoOrient()
        .toColourspace("srgb")
        .resize(order.width, order.height, { fit: "fill", fastShrinkOnLoad: false })
        .jpeg({ quality: 95, optimiseCoding: false })
        .toBuffer();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  const { user, system } = process.cpuUsage(cpuBefore);
  return { rate: done / ((performance.now() - startedAt) / 1000), cpuMs: (user + system) / 1000 / done };
}

if (process.send) {
  process.once("message", (order: BareOrder) => {
    void run(order).then((measured) => {
      process.send?.(measured, () => process.exit(0));
    });
  });
}
