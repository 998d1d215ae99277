import { expect, onTestFinished, test } from "vitest";
import { createS3Credentials } from "../../src/platform/files/s3-credentials.ts";
import { createS3Files } from "../../src/platform/files/s3-files.ts";
import { describeFiles, textOf } from "../../src/platform/files/testing/describe-files.ts";
import { describeInstalled } from "../needs.ts";
import { temporaryFolder } from "../world.ts";

/**
 * A server that somebody else wrote: what it takes was not understood by one reader of the documentation only. It does
 * not check signatures of version 4, which the simulator and AWS's published examples do.
 */
async function setup({ bucket = "bucket", accessKeyId = "S3RVER" } = {}) {
  // Not above: it is there only once it is installed.
  const { default: S3rver } = await import("s3rver");
  const server = new S3rver({
    port: 0,
    address: "127.0.0.1",
    silent: true,
    directory: await temporaryFolder(),
    configureBuckets: [{ name: "bucket" }],
  });
  const { port } = await server.run();
  onTestFinished(() => server.close());
  const files = createS3Files({
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    bucket,
    prefix: "some/prefix",
    credentials: createS3Credentials({ kind: "static", accessKeyId, secretAccessKey: "S3RVER" }),
    retryBaseMs: 1,
  });
  onTestFinished(() => files.close());
  return files;
}

await describeInstalled(import.meta.dirname, "s3rver, an S3 server of somebody else's", () => {
  describeFiles("s3rver", () => setup(), {
    firstByteAlone: "It takes an end of 0 for none, and sends everything.",
    listsInOrder: "It lists folder by folder, so a/1 before a-b/1.",
    replacesInOneStep: "It writes into the file that is there, which others read and write.",
  });

  test("all bytes instead of the first one are not taken for it", async () => {
    const files = await setup();
    await files.put("digits", Buffer.from("0123456789"), { contentType: "text/plain" });
    await expect(textOf(files, "digits", { start: 0, end: 0 })).rejects.toThrow(
      /does not answer with the range/,
    );
  });

  test("no other key and no other bucket are known", async () => {
    const wrong = await setup({ accessKeyId: "another" });
    await expect(wrong.check()).rejects.toThrow(/S3 does not know the access key/);
    const other = await setup({ bucket: "other" });
    await expect(other.check()).rejects.toThrow(/There is no such bucket/);
  });
});
