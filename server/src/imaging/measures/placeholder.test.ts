import { thumbHashToApproximateAspectRatio, thumbHashToAverageRGBA, thumbHashToRGBA } from "thumbhash";
import { describe, expect, test } from "vitest";
import { photoPixels } from "../../../test/pictures.ts";
import { thumbHash } from "./placeholder.ts";

const decoded = (base64: string) => thumbHashToRGBA(Buffer.from(base64, "base64"));
const flat = (width: number, height: number, pixel: number[]) =>
  ({
    data: Uint8Array.from(
      { length: width * height * pixel.length },
      (_, at) => pixel[at % pixel.length] ?? 0,
    ),
    width,
    height,
    channels: pixel.length as 1 | 2 | 3 | 4,
  }) as const;

describe("ThumbHash", () => {
  test("decodes to near the mean colour of a photograph, at its aspect ratio", async () => {
    const pixels = { data: await photoPixels(640, 320), width: 640, height: 320, channels: 3 } as const;
    const means = [0, 0, 0];
    pixels.data.forEach((value, at) => {
      means[at % 3] = (means[at % 3] ?? 0) + value / (640 * 320);
    });
    const hash = thumbHash(pixels);
    const { w, h, rgba } = decoded(hash);
    expect(w / h).toBeCloseTo(2, 0);
    for (const channel of [0, 1, 2]) {
      let sum = 0;
      for (let at = channel; at < rgba.length; at += 4) sum += rgba[at] ?? 0;
      expect(Math.abs(sum / (w * h) - (means[channel] ?? 0))).toBeLessThan(8);
    }
    expect(Buffer.from(hash, "base64").length).toBeLessThanOrEqual(28);
  });

  test("shows where a picture is light and where it is dark", () => {
    const data = new Uint8Array(200 * 100 * 3).map((_, at) => (Math.floor(at / 3) % 200 < 100 ? 20 : 230));
    const { w, h, rgba } = decoded(thumbHash({ data, width: 200, height: 100, channels: 3 }));
    const middle = Math.floor(h / 2) * w;
    expect(rgba[(middle + 2) * 4]).toBeLessThan(70);
    expect(rgba[(middle + w - 3) * 4]).toBeGreaterThan(180);
  });

  test("keeps transparency", () => {
    const average = thumbHashToAverageRGBA(Buffer.from(thumbHash(flat(30, 30, [255, 0, 0, 127])), "base64"));
    expect(average.a).toBeCloseTo(0.5, 1);
    expect(average.r).toBeGreaterThan(0.9);
    expect(average.g).toBeLessThan(0.1);
  });

  test("takes grey, and grey with alpha", () => {
    for (const pixel of [[100], [100, 255], [100, 127]]) {
      const average = thumbHashToAverageRGBA(Buffer.from(thumbHash(flat(50, 20, pixel)), "base64"));
      for (const channel of ["r", "g", "b"] as const) expect(average[channel] * 255).toBeCloseTo(100, -1);
      expect(average.a).toBeCloseTo((pixel[1] ?? 255) / 255, 1);
    }
  });

  test("of one pixel, and of a line of pixels, is made all the same", () => {
    expect(thumbHash(flat(1, 1, [0, 255, 0, 127]))).not.toBe("");
    const line = Buffer.from(thumbHash(flat(2000, 1, [9, 9, 9])), "base64");
    expect(thumbHashToApproximateAspectRatio(line)).toBeGreaterThan(2);
  });
});
