import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { ProviderError } from "../../hosted/provider.ts";
import type { ImageRequest, Output, Prepared, Succeeded } from "../contract.ts";
import { createLocalImages } from "./local-images.ts";
import { asking } from "./testing.ts";

// As in the server, where SVG cannot be read: what is drawn must not depend on it.
beforeAll(() => {
  sharp.block({ operation: ["VipsForeignLoad"] });
  const read = ["VipsForeignLoadJpegBuffer", "VipsForeignLoadPngBuffer", "VipsForeignLoadWebpBuffer"];
  sharp.unblock({ operation: read });
});

const nobody = new AbortController().signal;
const small = { width: 128, height: 128 };

/** The only start of a request. */
function prepared(request: ImageRequest): Prepared {
  const { starts } = createLocalImages().check(request);
  expect(starts).toHaveLength(1);
  // As it comes back from a JSON column.
  return JSON.parse(JSON.stringify(starts[0]));
}

const make = (request: ImageRequest): Promise<Succeeded> =>
  createLocalImages().start(prepared(request), { signal: nobody });

function bytesOf(output: Output | undefined): Buffer {
  if (!output || !("bytes" in output)) throw new Error("Local pictures come as bytes.");
  return output.bytes;
}

const warned = (asked: Partial<ImageRequest>) =>
  createLocalImages()
    .check(asking("hello", asked))
    .warnings.map(({ code, parameter }) => `${code} ${parameter}`);

const sizeOf = (asked: Partial<ImageRequest>) => {
  const { body } = prepared(asking("hello", asked));
  return [body["width"], body["height"]];
};

describe("local pictures", () => {
  it.each([
    ["png", 128, 128],
    ["jpeg", 2_048, 128],
    ["webp", 131, 257],
  ] as const)(
    "are %s of %i × %i where that is asked for, opaque, and say what made them",
    async (format, width, height) => {
      const made = await make(asking("a secret garden", { format, width, height, seed: 99 }));
      expect(made).toMatchObject({
        ...{ as: "succeeded", model: "local", dropped: 0, unreadable: 0, costMicros: 0, usage: null },
        outputs: [{ format, seed: 99 }],
      });
      const bytes = bytesOf(made.outputs[0]);
      const { exif, xmp, ...facts } = await sharp(bytes).metadata();
      expect(facts).toMatchObject({ format, width, height, channels: 3, hasAlpha: false, space: "srgb" });
      expect(xmp?.toString()).toContain('CreatorTool="Fovea local renderer"');
      expect(xmp?.toString()).toContain("seed 99<");
      expect(exif?.toString("latin1")).toContain("Fovea local renderer");
      expect(bytes.includes("secret")).toBe(false);
    },
  );

  it("follow a quality", async () => {
    const lengths = [30, 90].map(async (quality) => {
      const made = await make(asking("hello", { ...small, seed: 5, format: "jpeg", quality }));
      return bytesOf(made.outputs[0]).length;
    });
    const [low = 0, high = 0] = await Promise.all(lengths);
    expect(low).toBeLessThan(high * 0.7);
  });

  it("are the same when a start is made again, also where nobody chose a seed", async () => {
    const start = prepared(asking("hello", { ...small, count: 2 }));
    const [once, again] = await Promise.all(
      [createLocalImages(), createLocalImages()].map((images) => images.start(start, { signal: nobody })),
    );
    expect(once?.outputs).toHaveLength(2);
    for (const [index, output] of once?.outputs.entries() ?? [])
      expect(bytesOf(output).equals(bytesOf(again?.outputs[index]))).toBe(true);
    const other = prepared(asking("hello", small));
    expect(other.body["seed"]).not.toBe(start.body["seed"]);
  });

  it("of one start have seeds that follow each other, from each of which one of them is made again", async () => {
    const { outputs } = await make(asking("hello", { ...small, seed: 2 ** 31 - 1, count: 2 }));
    expect(outputs.map(({ seed }) => seed)).toEqual([2 ** 31 - 1, 0]);
    const alone = await make(asking("hello", { ...small, seed: 0 }));
    expect(bytesOf(alone.outputs[0]).equals(bytesOf(outputs[1]))).toBe(true);
    expect(bytesOf(outputs[0]).equals(bytesOf(outputs[1]))).toBe(false);
  });

  it("are 1024 × 1024 where nothing is said, and have a long side of 1024 where a ratio is", () => {
    expect(sizeOf({})).toEqual([1_024, 1_024]);
    expect(sizeOf({ aspectRatio: "16:9" })).toEqual([1_024, 576]);
    expect(sizeOf({ aspectRatio: "2 : 3" })).toEqual([680, 1_024]);
    expect(sizeOf({ width: 513 })).toEqual([513, 512]);
    expect(sizeOf({ height: 600, aspectRatio: "4:3" })).toEqual([800, 600]);
    expect(sizeOf({ width: 333, height: 222, aspectRatio: "1:1" })).toEqual([333, 222]);
    expect(warned({ aspectRatio: "2:3" })).toEqual([]);
  });

  it("warn of what cannot be followed, by name", () => {
    expect(warned({ aspectRatio: "100:1" })).toEqual(["adjusted aspectRatio"]);
    expect(sizeOf({ aspectRatio: "100:1" })).toEqual([1_024, 128]);
    expect(warned({ aspectRatio: "wide" })).toEqual(["ignored aspectRatio"]);
    expect(warned({ width: 4_096, height: 64 })).toEqual(["clamped width", "clamped height"]);
    expect(
      warned({
        ...{ steps: 4, guidance: 7, scheduler: "DDIM", negativePrompt: "blurry", background: "transparent" },
        extra: { lora: "x", nothing: null },
      }),
    ).toEqual([
      ...["ignored negativePrompt", "ignored steps", "ignored guidance", "ignored scheduler"],
      ...["ignored background", "ignored extra.lora"],
    ]);
    expect(warned({ negativePrompt: "", background: "opaque", format: "webp", quality: 1, seed: 1 })).toEqual(
      [],
    );
  });

  it("are never none", () => {
    expect(() => createLocalImages().check(asking("hello", { count: 0 }))).toThrow(ProviderError);
  });

  it("are made one at a time, and tell how far they are", async () => {
    const images = createLocalImages();
    const start = prepared(asking("hello", { width: 128, height: 256, count: 2 }));
    const told: string[] = [];
    const startAs = (name: string) => {
      const own: number[] = [];
      const onProgress = (progress: number) => {
        // In which of its pictures the start is.
        told.push(`${name}${progress < 0.5 ? 1 : 2}`);
        own.push(progress);
      };
      return images.start(start, { signal: nobody, onProgress }).then(() => own);
    };
    const [first = [], second = []] = await Promise.all([startAs("a"), startAs("b")]);
    for (const own of [first, second]) expect(own).toEqual(own.toSorted((one, other) => one - other));
    expect(told.filter((name, index) => name !== told[index - 1])).toEqual(["a1", "b1", "a2", "b2"]);
  });

  it("are stopped in the middle, and those that wait are let go at once", async () => {
    const images = createLocalImages();
    const start = prepared(asking("hello", { width: 1_024, height: 1_024 }));
    const [first, second] = [new AbortController(), new AbortController()];
    const drawing = Promise.withResolvers<void>();
    const running = images.start(start, { signal: first.signal, onProgress: () => drawing.resolve() });
    const waiting = images.start(start, { signal: second.signal });
    const last = images.start(prepared(asking("hello", small)), { signal: nobody });
    await drawing.promise;
    const settled: string[] = [];
    const noted = (name: string, start: Promise<unknown>) =>
      start.catch((reason: unknown) => settled.push(`${name}: ${String(reason)}`));
    const all = [noted("running", running), noted("waiting", waiting)];
    second.abort("not wanted");
    await all[1];
    expect(settled).toEqual(["waiting: not wanted"]);
    first.abort("cancelled");
    await all[0];
    expect(settled).toEqual(["waiting: not wanted", "running: cancelled"]);
    expect((await last).outputs).toHaveLength(1);
    await expect(images.start(start, { signal: AbortSignal.abort("too late") })).rejects.toBe("too late");
  });
});
