import { estimateMemory, type ImageHeader, ImagingError, readHeader } from "@fovea/imaging";
import sharp from "sharp";
import { expect, test } from "vitest";
import { createRunPixelWork } from "./pixel-work.ts";
import { createAdmission } from "./platform/limits/admission.ts";

const never = new AbortController().signal;

async function picture(width: number, height: number): Promise<{ header: ImageHeader; memory: number }> {
  const bytes = await sharp({ create: { width, height, channels: 3, background: "#369" } })
    .png()
    .toBuffer();
  const header = readHeader(bytes);
  return { header, memory: estimateMemory(header, header, bytes.length) };
}

function setup({ memoryBytes = 2 ** 30, maxPixels = 10_000, slots = 1 } = {}) {
  const admission = createAdmission({
    slots,
    memoryBytes,
    uploadBytes: 0,
    maxWaitMs: Number.POSITIVE_INFINITY,
    now: () => performance.now(),
  });
  return { admission, run: createRunPixelWork(admission, maxPixels) };
}

test("work gets its limits, and what it makes comes back", async () => {
  const { run } = setup();
  const limits = await run(await picture(100, 100), never, async (given) => given);
  expect(limits).toMatchObject({ maxPixels: 10_000, signal: never });
  expect(limits.deadline).toBeGreaterThan(performance.now());
});

test("there is as much of it at once as there are slots, and nobody is turned away", async () => {
  const { run, admission } = setup();
  const small = await picture(10, 10);
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const { promise: first, resolve: firstBegan } = Promise.withResolvers<void>();
  const begun: number[] = [];
  const all = Array.from({ length: 50 }, (_, index) =>
    run(small, never, async () => {
      begun.push(index);
      firstBegan();
      await gate;
      return index;
    }),
  );
  expect(admission.state()).toMatchObject({ running: 1, waiting: 49 });
  await first;
  expect(begun).toEqual([0]);
  open();
  expect(await Promise.all(all)).toEqual([...all.keys()]);
  expect(admission.state()).toMatchObject({ running: 0, waiting: 0, memoryBytes: 0 });
});

test("a picture with too many pixels is refused before any work", async () => {
  const { run } = setup();
  const tooMany = expect.objectContaining({
    code: "too_many_pixels",
    message: expect.stringContaining("101x100"),
  });
  const refusal = run(await picture(101, 100), never, async () => expect.unreachable());
  await expect(refusal).rejects.toThrow(ImagingError);
  await expect(refusal).rejects.toEqual(tooMany);
});

test("a picture that could never have the memory it needs is refused the same way", async () => {
  const large = await picture(100, 100);
  const { run } = setup({ memoryBytes: large.memory - 1 });
  const refusal = run(large, never, async () => expect.unreachable());
  await expect(refusal).rejects.toMatchObject({ code: "too_many_pixels" });
});

test("what work fails with passes as it is, and its place is free again", async () => {
  const { run, admission } = setup();
  const small = await picture(10, 10);
  await expect(run(small, never, () => Promise.reject(new RangeError("of the work")))).rejects.toThrow(
    RangeError,
  );
  expect(admission.state().running).toBe(0);
});

test("who waits and is not wanted any more leaves", async () => {
  const { run, admission } = setup();
  const small = await picture(10, 10);
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const first = run(small, never, () => gate);
  const gone = new AbortController();
  const second = run(small, gone.signal, async () => expect.unreachable());
  gone.abort(new Error("not wanted"));
  await expect(second).rejects.toThrow("not wanted");
  open();
  await first;
  expect(admission.state()).toMatchObject({ running: 0, waiting: 0 });
});
