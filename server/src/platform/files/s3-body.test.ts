import { once } from "node:events";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { S3Body } from "./s3-body.ts";

const same = (error: Error) => error;

test.each([
  ["fewer", 9],
  ["more", 11],
  ["an unknown number of", Number.NaN],
])("ten bytes where %s were announced are an error", async (_, length) => {
  const body = new S3Body(Readable.from([Buffer.from("01234"), Buffer.from("56789")]), length, same);
  await expect(body.toArray()).rejects.toMatchObject({ code: "storage_unavailable" });
});

test("what the source fails with is translated, also before anybody reads", async () => {
  const source = new Readable({ read() {} });
  const told = new Error("told");
  const body = new S3Body(source, 10, () => told);
  source.destroy(new Error("raw"));
  await new Promise((resolve) => body.once("close", resolve));
  await expect(body.toArray()).rejects.toBe(told);
});

test("who reads slowly slows the source down, and who stops ends it", async () => {
  let given = 0;
  const source = new Readable({
    read() {
      given += 1;
      this.push(given > 200 ? null : Buffer.alloc(100_000));
    },
  });
  const body = new S3Body(source, 1e9, same);
  await once(body, "readable");
  expect(given).toBeLessThan(20);
  const closed = once(source, "close");
  body.destroy();
  await closed;
});
