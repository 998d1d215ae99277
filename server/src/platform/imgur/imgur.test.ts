import { createHash } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { photo } from "../../../test/pictures.ts";
import { startImgur } from "../../../test/simulators/imgur.ts";
import { createOutbound } from "../outbound/outbound.ts";
import { createImgur } from "./imgur.ts";

const now = Date.UTC(2026, 0, 1);
const after = (ms: number) => new Date(now + ms);
const minute = 60_000;

async function setup({ credits = 500, clientId = "c0ffee", timeoutMs = 20_000 } = {}) {
  const simulator = await startImgur({ clientId: "c0ffee", credits });
  const outbound = createOutbound({ allowPrivate: ["loopback"] });
  onTestFinished(async () => {
    await outbound.close();
    await simulator.close();
  });
  const imgur = createImgur({ clientId, baseUrl: simulator.baseUrl, outbound, timeoutMs, now: () => now });
  const jpeg = Uint8Array.from(await (await photo(64, 48)).jpeg().toBuffer());
  const upload = (
    bytes: Uint8Array<ArrayBuffer> = jpeg,
    contentType = "image/jpeg",
    signal = new AbortController().signal,
  ) => imgur.upload(bytes, { contentType, name: 'lamp "é".jpg', signal });
  return { simulator, jpeg, upload };
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

test("a picture that was uploaded is at its link, byte for byte, under the name that it was given", async () => {
  const { simulator, jpeg, upload } = await setup();
  const end = await upload();
  const [stored] = simulator.stored;
  expect(end).toEqual({ as: "stored", url: stored?.url, deleteHash: stored?.deleteHash, resumeAt: null });
  expect(stored).toMatchObject({ name: 'lamp "é".jpg', contentType: "image/jpeg" });
  const served = await fetch(stored?.url ?? "");
  expect(served.headers.get("content-type")).toBe("image/jpeg");
  expect(sha256(await served.bytes())).toBe(sha256(jpeg));
});

test("the last upload of an hour says when the next one may come, and one too many says it again", async () => {
  const { simulator, upload } = await setup({ credits: 25 });
  const inAnHour = after(60 * minute);
  expect(await upload()).toMatchObject({ as: "stored", resumeAt: null });
  expect(await upload()).toMatchObject({ as: "stored", resumeAt: inAnHour });
  expect(await upload()).toEqual({ as: "limited", retryAt: inAnHour });
  simulator.startHour();
  expect(await upload()).toMatchObject({ as: "stored" });
  expect(simulator.statuses).toEqual([200, 200, 429, 200]);
  expect(simulator.stored).toHaveLength(3);
});

test("each form of a refusal for the rate is a limit with a time to come back", async () => {
  const { simulator, upload } = await setup();
  simulator.trouble(
    { kind: "too_fast", minutes: 37 },
    { kind: "gateway", status: 429 },
    { kind: "error", status: 400, message: "Uploading file too fast!" },
  );
  expect(await upload()).toEqual({ as: "limited", retryAt: after(38 * minute) });
  expect(await upload()).toEqual({ as: "limited", retryAt: after(60 * minute) });
  expect(await upload()).toEqual({ as: "limited", retryAt: after(60 * minute) });
  expect(simulator.stored).toEqual([]);
});

test("what may go well the next time is told from what never will", async () => {
  const { simulator, upload } = await setup({ timeoutMs: 5_000 });
  const busy = "Imgur is temporarily over capacity. Please try again later.";
  simulator.trouble(
    { kind: "error", status: 403, message: busy },
    { kind: "page", status: 502 },
    { kind: "reset", when: "before_head" },
    { kind: "reset", when: "after_head" },
    { kind: "unreadable" },
    { kind: "redirect", to: "https://example.com/" },
  );
  expect(await upload()).toEqual({
    as: "failed",
    reason: `Imgur answered 403: ${busy}`,
    transient: true,
  });
  expect(await upload()).toEqual({ as: "failed", reason: "Imgur answered 502.", transient: true });
  for (const _each of ["before the head", "after the head", "unreadable"])
    expect(await upload()).toMatchObject({ as: "failed", transient: true });
  expect(await upload()).toMatchObject({ as: "failed", transient: false });
  const avif = Uint8Array.from(await (await photo(64, 48)).avif().toBuffer());
  expect(await upload(avif, "image/avif")).toEqual({
    as: "failed",
    reason: "Imgur answered 400: File type invalid (1).",
    transient: false,
  });
  expect(await upload()).toMatchObject({ as: "stored" });
});

test("a Client-ID that Imgur does not know is said to be none, and is not in the reason", async () => {
  const { upload } = await setup({ clientId: "5ecre7" });
  const end = await upload();
  expect(end).toMatchObject({ as: "failed", transient: false });
  expect(JSON.stringify(end)).toMatch(/client_id you specified is invalid/);
  expect(JSON.stringify(end)).not.toContain("5ecre7");
});

test("a picture larger than Imgur takes is not sent, unless it is a GIF", async () => {
  const { simulator, upload } = await setup();
  const large = new Uint8Array(20_000_001);
  expect(await upload(large)).toMatchObject({ as: "failed", transient: false });
  expect(simulator.statuses).toEqual([]);
  await upload(large, "image/gif");
  expect(simulator.statuses).toEqual([400]);
});

test("an upload that its caller gives up ends with the caller's reason", async () => {
  const { simulator, upload } = await setup();
  const stop = new AbortController();
  simulator.trouble({ kind: "hang" });
  const end = upload(undefined, undefined, stop.signal);
  const reason = new Error("The process ends.");
  stop.abort(reason);
  await expect(end).rejects.toBe(reason);
  await simulator.idle();
  expect(simulator.stored).toEqual([]);
});
