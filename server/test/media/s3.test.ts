import { createHash } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import * as wire from "../../src/features/media/schema.ts";
import { startBucketServer } from "../../src/platform/files/testing/bucket-server.ts";
import { download } from "../analysis/downloads.ts";
import { listenApp } from "../world.ts";
import { mediaClient } from "./client.ts";
import { makePicture } from "./picture-job.ts";

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "of the bucket" };

/** A service whose files are in a bucket, and that bucket. */
async function setup(env: Readonly<Record<string, string>> = {}) {
  const bucket = await startBucketServer({ bucket: "pictures", region: "eu-central-1", credentials });
  onTestFinished(() => bucket.close());
  const { baseUrl } = await listenApp({
    IMAGE_STORAGE_PATH: "s3://pictures/of/fovea",
    AWS_ENDPOINT_URL_S3: bucket.origin,
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...env,
  });
  const client = mediaClient(baseUrl);
  const infoOf = async (id: string) =>
    wire.mediaInfoResponse.parse((await client.get(`/api/v1/media/${id}/info`)).body);
  return { bucket, baseUrl, client, infoOf };
}

test("a picture is stored in a bucket, and told of, sent and deleted from there", async () => {
  const { bucket, baseUrl, client, infoOf } = await setup();
  const { id, url } = await makePicture(baseUrl, { width: 320, height: 192 });
  const key = `of/fovea/generated/${id}.png`;
  expect([...bucket.objects.keys()]).toEqual([key]);
  const stored = bucket.objects.get(key)?.bytes ?? Buffer.alloc(0);
  expect(bucket.objects.get(key)?.headers).toMatchObject({ "content-type": "image/png" });

  expect(url).toBe(`${baseUrl}/api/v1/media/${id}`);
  expect(await infoOf(id)).toMatchObject({
    ...{ storage_path: `generated/${id}.png`, storage_url: url, file_size_bytes: stored.length },
    ...{ storage_provider: "s3", bucket_name: "pictures" },
    extra_metadata: { sha256: createHash("sha256").update(stored).digest("hex") },
  });
  const whole = await download(url);
  expect(whole.status).toBe(200);
  expect(whole.bytes.equals(stored)).toBe(true);
  const part = await download(url, undefined, { headers: { range: "bytes=100-299" } });
  expect([part.status, part.headers.get("content-range")]).toEqual([206, `bytes 100-299/${stored.length}`]);
  expect(part.bytes.equals(stored.subarray(100, 300))).toBe(true);
  // No more than that has come from the bucket.
  expect(bucket.asked.at(-1)).toMatchObject({
    operation: "GetObject",
    key,
    headers: { range: "bytes=100-299" },
  });

  const small = await download(`${url}?width=64&format=webp`);
  expect([small.status, small.headers.get("content-type")]).toEqual([200, "image/webp"]);
  expect([...bucket.objects.keys()]).toHaveLength(2);
  expect((await client.remove(`/api/v1/media/${id}`)).status).toBe(204);
  expect([...bucket.objects.keys()]).toEqual([]);
  expect(bucket.asked.filter(({ refused }) => refused !== null)).toEqual([]);
});

test("where the bucket is public, pictures are linked there", async () => {
  const { baseUrl, client, infoOf } = await setup({
    IMAGE_STORAGE_PUBLIC_URL: "https://cdn.example.com/of/fovea/",
  });
  const { id, jobId, url } = await makePicture(baseUrl, { width: 320, height: 192 });
  const there = `https://cdn.example.com/of/fovea/generated/${id}.png`;
  expect(url).toBe(there);
  expect((await infoOf(id)).storage_url).toBe(there);
  expect((await client.status(jobId)).media).toMatchObject([{ id, url: there }]);
  const { jobs } = await client.list();
  expect(jobs[0]?.media).toMatchObject([{ id, url: `/api/v1/media/${id}` }]);

  const ours = `${baseUrl}/api/v1/media/${id}`;
  const sent = await download(ours, undefined, { redirect: "manual" });
  expect([sent.status, sent.headers.get("location"), sent.bytes.length]).toEqual([302, there, 0]);
  // Other sizes are not in the bucket for everybody: they are sent from here.
  const small = await download(`${ours}?width=64`, undefined, { redirect: "manual" });
  expect([small.status, small.headers.get("content-type")]).toEqual([200, "image/png"]);
});
