import { createHash } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { createGeminiBatches } from "../../src/models/hosted/gemini-batches.ts";
import { startLoopback } from "../simulators/loopback.ts";
import { batchWorld, keyA, megabytes } from "./gemini-batches-world.ts";
import { errorOf } from "./vision-conformance.ts";

describe("an upload", () => {
  it.each([0, 1, 8 * 2 ** 20, 8 * 2 ** 20 + 1, 17 * 2 ** 20])(
    "of %d bytes arrives as it is",
    async (bytes) => {
      const { upload, batches } = await batchWorld();
      const content = megabytes(17).subarray(0, bytes);
      expect(batches.file(await upload(content))?.equals(content)).toBe(true);
    },
  );

  it.each([
    ["loses its connection", { kind: "reset", when: "before_head" }],
    ["gets an answer of 503", { kind: "error", status: 503 }],
    ["gets a gateway's page", { kind: "page", status: 502 }],
  ] as const)("of which a part %s goes on from where Google has it", async (_case, fault) => {
    const { upload, batches } = await batchWorld();
    const content = megabytes(17);
    batches.disturb("upload_part", {});
    batches.disturb("upload_part", { fault, bytes: 3 * 2 ** 20 });
    batches.disturb("upload_part", { fault, bytes: 0 });
    expect(batches.file(await upload(content))?.equals(content)).toBe(true);
    expect(batches.operations).toEqual([
      ...["upload_start", "upload_part", "upload_part", "upload_query"],
      ...["upload_part", "upload_query", "upload_part"],
    ]);
  });

  it("of which a part is never answered goes on after the deadline", async () => {
    const { remote, upload, batches } = await batchWorld({ deadlineMs: 1_000 });
    const content = megabytes(1);
    batches.disturb("upload_part", { fault: { kind: "hang" }, bytes: 2 ** 19 });
    expect(batches.file(await upload(content))?.equals(content)).toBe(true);
    expect(batches.operations).toContain("upload_query");
    await remote.idle();
  });

  it("whose last answer is lost is not sent again", async () => {
    const { upload, batches } = await batchWorld();
    const content = megabytes(1);
    batches.disturb("upload_part", { fault: { kind: "reset", when: "before_head" }, done: true });
    const name = await upload(content);
    expect(batches.file(name)?.equals(content)).toBe(true);
    expect(batches.operations).toEqual(["upload_start", "upload_part", "upload_query"]);
  });

  it("of which all bytes arrived, and not that they were the last ones, is ended", async () => {
    const { upload, batches } = await batchWorld();
    const content = megabytes(1);
    batches.disturb("upload_part", { fault: { kind: "error", status: 500 }, bytes: content.length });
    expect(batches.file(await upload(content))?.equals(content)).toBe(true);
    expect(batches.operations).toEqual(["upload_start", "upload_part", "upload_query", "upload_part"]);
  });

  it("is compared with what Google says that it has", async () => {
    const { client, call, fileOf } = await batchWorld();
    const content = megabytes(1);
    const sha256 = createHash("sha256").update(content).digest("hex");
    const file = await fileOf(content);
    expect(await client.upload({ ...file, sha256 }, call())).toMatch(/^files\//);
    const other = createHash("sha256").update("another file").digest("hex");
    expect(await errorOf(client.upload({ ...file, sha256: other }, call()))).toMatchObject({
      failure: { kind: "unavailable", sent: false, reason: expect.stringContaining("not the file") },
    });
  });

  it("that never gets on is given up, with the reason of its parts", async () => {
    const { upload, batches } = await batchWorld();
    for (let part = 0; part < 20; part += 1)
      batches.disturb("upload_part", { fault: { kind: "error", status: 503 }, bytes: 0 });
    expect(await errorOf(upload(megabytes(1)))).toMatchObject({
      failure: { kind: "unavailable", reason: expect.stringContaining("overloaded"), sent: false },
    });
    expect(batches.operations.filter((operation) => operation === "upload_part").length).toBe(6);
  });

  it("to a server that cannot be asked how far it got is given up at once", async () => {
    const { upload, batches } = await batchWorld();
    batches.disturb("upload_part", { fault: { kind: "error", status: 500 } });
    batches.disturb("upload_query", { fault: { kind: "error", status: 503 } });
    expect(await errorOf(upload("{}"))).toMatchObject({
      failure: { kind: "unavailable", reason: expect.stringContaining("internal error"), sent: false },
    });
    expect(batches.operations).toEqual(["upload_start", "upload_part", "upload_query"]);
  });

  it("that is refused is not tried again", async () => {
    for (const operation of ["upload_start", "upload_part"] as const) {
      const { upload, batches } = await batchWorld();
      batches.disturb(operation, { fault: { kind: "error", status: 429 } });
      expect(await errorOf(upload("{}"))).toMatchObject({ failure: { kind: "rate_limited" } });
      expect(batches.operations.at(-1)).toBe(operation);
    }
  });

  it("of more than Google takes is rejected before its bytes are sent", async () => {
    const { upload, batches } = await batchWorld({ batch: { mostFileBytes: 100 } });
    expect(await errorOf(upload(Buffer.alloc(101)))).toMatchObject({ failure: { kind: "rejected" } });
    expect(batches.operations).toEqual(["upload_start"]);
  });

  it("of a file that is shorter than was said makes no file", async () => {
    const { client, call, fileOf, batches } = await batchWorld();
    const file = await fileOf("123");
    await expect(client.upload({ ...file, bytes: 4 }, call())).rejects.toThrow("ends at 3 bytes");
    expect(batches.operations).toEqual(["upload_start"]);
  });

  it.each(["upload_part", "upload_query"] as const)(
    "that is aborted in its %s rejects with the signal's reason and asks for nothing more",
    async (operation) => {
      const { remote, client, call, fileOf, batches } = await batchWorld();
      if (operation === "upload_query")
        batches.disturb("upload_part", { fault: { kind: "error", status: 500 } });
      batches.disturb(operation, { fault: { kind: "hang" } });
      const stop = new AbortController();
      const reason = new Error("the service stops");
      const file = await fileOf(megabytes(1));
      const sent = errorOf(client.upload(file, call(keyA, stop.signal)));
      while (!batches.operations.includes(operation)) await new Promise(setImmediate);
      stop.abort(reason);
      expect(await sent).toBe(reason);
      await remote.idle();
      expect(batches.operations.at(-1)).toBe(operation);
    },
  );
});

describe("a download", () => {
  async function setup(content: Buffer, deadlineMs = 20_000) {
    const world = await batchWorld({ deadlineMs });
    const file = await world.upload(content);
    const stop = new AbortController();
    return {
      ...world,
      file,
      stop,
      async read(onChunk: () => void = () => {}): Promise<Buffer> {
        const bytes = await world.client.download(file, world.call(keyA, stop.signal));
        const chunks: Buffer[] = [];
        for await (const chunk of bytes ?? []) {
          chunks.push(chunk);
          onChunk();
        }
        return Buffer.concat(chunks);
      },
    };
  }

  it("brings all bytes", async () => {
    const content = megabytes(9);
    const { read } = await setup(content);
    expect((await read()).equals(content)).toBe(true);
  });

  it("that is cut off rejects, wherever it is cut", async () => {
    const content = megabytes(1);
    const { read, batches } = await setup(content);
    for (const bytes of [1, 100_000, content.length - 1]) {
      batches.disturb("download", { bytes });
      expect(await errorOf(read())).toMatchObject({ failure: { kind: "unavailable", sent: false } });
    }
    expect((await read()).equals(content)).toBe(true);
  });

  it.each([
    ["never begins", { kind: "hang" }],
    ["stops in its middle", { kind: "slow_body", ends: false }],
  ] as const)("that %s is given up at the deadline", async (_case, fault) => {
    const { remote, read, batches } = await setup(megabytes(1), 300);
    batches.disturb("download", { fault });
    expect(await errorOf(read())).toMatchObject({
      failure: { kind: "unavailable", reason: expect.stringContaining("300 ms"), sent: false },
    });
    await remote.idle();
  });

  it("that is aborted in its middle rejects with the signal's reason and closes the connection", async () => {
    const { remote, read, stop } = await setup(megabytes(9));
    const reason = new Error("the service stops");
    expect(await errorOf(read(() => stop.abort(reason)))).toBe(reason);
    await remote.idle();
  });

  it("that is left early closes the connection", async () => {
    const { remote, client, call, file } = await setup(megabytes(9));
    const bytes = await client.download(file, call());
    for await (const chunk of bytes ?? []) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await remote.idle();
  });

  it("that Google refuses says why", async () => {
    const { read, batches } = await setup(megabytes(1));
    batches.disturb("download", { fault: { kind: "error", status: 429 } });
    expect(await errorOf(read())).toMatchObject({ failure: { kind: "rate_limited" } });
  });

  it("that is refused without end is given up", async () => {
    const endless = await startLoopback((_request, _body, response) => {
      response.writeHead(500);
      const space = Buffer.alloc(64 * 1024, " ");
      const pour = () => {
        while (!response.destroyed && response.write(space));
      };
      response.on("drain", pour);
      pour();
    });
    onTestFinished(() => endless.close());
    const client = createGeminiBatches({ baseUrl: `${endless.origin}/v1beta`, deadlineMs: 20_000 });
    const call = { apiKey: keyA, signal: new AbortController().signal };
    expect(await errorOf(client.download("files/a", call))).toMatchObject({
      failure: { kind: "unavailable", sent: false },
    });
    await endless.idle();
  });

  it("that is sent elsewhere stays: the key is for the address that it was meant for", async () => {
    const { read, batches } = await setup(megabytes(1));
    const other = await batchWorld();
    const to = `${new URL(other.remote.url).origin}/download/v1beta/files/a:download?alt=media`;
    batches.disturb("download", { fault: { kind: "redirect", to } });
    expect(await errorOf(read())).toMatchObject({ failure: { kind: "unavailable" } });
    expect(other.batches.operations).toEqual([]);
  });
});
