import { onTestFinished } from "vitest";
import { bytes, type Origin, startOrigin } from "../analysis/origin.ts";
import { photo } from "../pictures.ts";

export interface Shop {
  readonly origin: Origin;
  /** A photograph of its own at that path, which becomes smaller. @returns its address */
  picture(path: string): Promise<string>;
}

/** A web server with photographs, until the test ends. */
export async function shopUnderTest(): Promise<Shop> {
  const origin = await startOrigin();
  onTestFinished(() => origin.close());
  let seed = 0;
  return {
    origin,
    async picture(path) {
      seed += 1;
      return origin.serve(path, bytes(await photoBytes(seed), { "content-type": "image/jpeg" }));
    },
  };
}

/** A small photograph as JPEG. */
export const photoBytes = async (seed: number, width = 96, height = 64): Promise<Buffer> =>
  await (await photo(width, height, seed)).jpeg({ quality: 90 }).toBuffer();
