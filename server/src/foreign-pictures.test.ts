import type { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { ImagingError } from "@fovea/imaging";
import sharp from "sharp";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { createForeignPictures, type ForeignPictures } from "./foreign-pictures.ts";
import { createRunPixelWork } from "./pixel-work.ts";
import { createAdmission } from "./platform/limits/admission.ts";

const nobody = new AbortController().signal;
const opened: ForeignPictures[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((pictures) => pictures.close()));
});

function foreignWith(...limits: Parameters<typeof createForeignPictures>) {
  const pictures = createForeignPictures(...limits);
  opened.push(pictures);
  const admission = createAdmission({
    ...{ slots: 1, memoryBytes: 2 ** 30, uploadBytes: 0, maxWaitMs: Number.POSITIVE_INFINITY },
    now: () => performance.now(),
  });
  const runPixelWork = createRunPixelWork(admission, 1_000_000);
  return (bytes: Buffer, signal = nobody) =>
    pictures.convert(bytes, { format: "tiff", opaque: true }, { signal, runPixelWork });
}

const tiff = (side: number) =>
  sharp({ create: { width: side, height: side, channels: 3, background: "#c81e5a" } })
    .tiff({ compression: "deflate" })
    .toBuffer();

/** Does that with each process that is started until the test ends, as Node.js documents the channel's messages. */
function withEachProcess(work: (started: ChildProcess) => void) {
  const onStart = (message: unknown) => work((message as { readonly process: ChildProcess }).process);
  subscribe("child_process", onStart);
  onTestFinished(() => void unsubscribe("child_process", onStart));
}

const refusedAs = (code: string) => ({ name: ImagingError.name, code });

describe("a picture that is read in a process of its own", () => {
  it("is a JPEG of it, one after the other", async () => {
    const convert = foreignWith();
    const files = await Promise.all([20, 40, 60].map(tiff));
    const made = await Promise.all(files.map((file) => convert(file)));
    const sizes = await Promise.all(made.map(async (file) => (await sharp(file).metadata()).width));
    expect(sizes).toEqual([20, 40, 60]);
  });

  it("is refused by its header, for which no process is started", async () => {
    let starts = 0;
    withEachProcess(() => (starts += 1));
    const convert = foreignWith();
    await expect(convert(await tiff(1_001))).rejects.toMatchObject(refusedAs("too_many_pixels"));
    await expect(convert((await tiff(20)).subarray(0, 20))).rejects.toMatchObject(refusedAs("corrupt"));
    expect(starts).toBe(0);
  });

  it("takes another process where the first one is killed, and with the second it fails", async () => {
    const kills = [true, false, true, true];
    withEachProcess((started) => {
      if (kills.shift()) started.once("spawn", () => started.kill("SIGKILL"));
    });
    const convert = foreignWith({ idleMs: 0 });
    const file = await tiff(20);
    expect(await convert(file)).toBeInstanceOf(Buffer);
    expect(kills).toEqual([true, true]);
    // The one that worked is ended before the next is asked for.
    await opened[0]?.close();
    await expect(convert(file)).rejects.toMatchObject(refusedAs("corrupt"));
    expect(kills).toEqual([]);
    expect(await convert(file)).toBeInstanceOf(Buffer);
  });

  it("that takes too long, or more memory than it says, fails alone", async () => {
    const file = await tiff(20);
    await expect(foreignWith({ limitMs: 1 })(file)).rejects.toMatchObject(refusedAs("deadline"));
    await expect(foreignWith({ ownBytes: 1 })(file)).rejects.toMatchObject(refusedAs("too_many_pixels"));
    expect(await foreignWith()(file)).toBeInstanceOf(Buffer);
  });

  it("that is not wanted any more ends at once, and those behind it are made", async () => {
    const convert = foreignWith();
    const file = await tiff(900);
    const controller = new AbortController();
    const unwanted = convert(file, controller.signal);
    const [late, other] = [convert(file, controller.signal), convert(file)];
    controller.abort(new Error("cancelled"));
    await expect(unwanted).rejects.toThrow("cancelled");
    await expect(late).rejects.toThrow("cancelled");
    expect(await other).toBeInstanceOf(Buffer);
  });
});
