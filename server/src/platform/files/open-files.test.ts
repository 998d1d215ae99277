import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../../../test/world.ts";
import { openFiles, type S3StorageSettings } from "./open-files.ts";
import { startBucketServer } from "./testing/bucket-server.ts";
import { textOf } from "./testing/describe-files.ts";
import { startTokenServer } from "./testing/token-server.ts";

const nothing: S3StorageSettings = {
  region: "us-east-1",
  endpoint: null,
  forcePathStyle: null,
  accessKeyId: null,
  secretAccessKey: null,
  sessionToken: null,
  roleArn: null,
  webIdentityTokenFile: null,
  roleSessionName: null,
  stsEndpoint: null,
};
const keys = { accessKeyId: "key", secretAccessKey: "secret" };
const picture = Buffer.from("a picture");
const png = { contentType: "image/png" };

async function storesAndReads(path: string, s3: Partial<S3StorageSettings> = {}) {
  const files = openFiles({ path, s3: { ...nothing, ...s3 } });
  onTestFinished(() => files.close());
  await files.check();
  await files.put("a", picture, png);
  expect(await textOf(files, "a")).toBe("a picture");
  return files;
}

test("a folder is a storage, whatever S3 is configured to be", async () => {
  const files = await storesAndReads(await temporaryFolder(), { region: "!", accessKeyId: "half" });
  expect(files).toMatchObject({ kind: "folder", bucket: null });
});

test("a bucket is one, with keys or with temporary ones", async () => {
  for (const given of [keys, { ...keys, sessionToken: "token" }]) {
    const server = await startBucketServer({ bucket: "bucket", region: "eu-west-3", credentials: given });
    onTestFinished(() => server.close());
    const files = await storesAndReads("s3://bucket/some/prefix", {
      ...given,
      region: "eu-west-3",
      endpoint: server.origin,
    });
    expect(files).toMatchObject({ kind: "s3", bucket: "bucket" });
    expect([...server.objects.keys()]).toEqual(["some/prefix/a"]);
    expect(server.asked.filter(({ refused }) => refused)).toEqual([]);
  }
});

test("a bucket is one with the identity of a role, under the name of the session", async () => {
  const sts = await startTokenServer(() => ({ kind: "credentials", expiresAt: Date.now() + 3_600_000 }));
  onTestFinished(() => sts.close());
  const credentials = { accessKeyId: "key-1", secretAccessKey: "secret-1/+", sessionToken: "token-1&/+=" };
  const server = await startBucketServer({ bucket: "bucket", credentials });
  onTestFinished(() => server.close());
  const webIdentityTokenFile = join(await temporaryFolder(), "token");
  writeFileSync(webIdentityTokenFile, "a.token");
  await storesAndReads("s3://bucket", {
    endpoint: server.origin,
    roleArn: "arn:aws:iam::123456789012:role/files",
    webIdentityTokenFile,
    roleSessionName: "pod-1",
    stsEndpoint: sts.origin,
  });
  expect(sts.asked.map(({ form }) => form.get("RoleSessionName"))).toEqual(["pod-1"]);
});

test("closing ends a request that still waits for credentials", async () => {
  const { promise: asked, resolve: reached } = Promise.withResolvers<void>();
  const sts = await startTokenServer(() => {
    reached();
    return new Promise(() => {});
  });
  onTestFinished(() => sts.close());
  const webIdentityTokenFile = join(await temporaryFolder(), "token");
  writeFileSync(webIdentityTokenFile, "a.token");
  const role = { roleArn: "arn:aws:iam::123456789012:role/files", webIdentityTokenFile };
  const s3 = { ...nothing, ...role, endpoint: "http://127.0.0.1:9", stsEndpoint: sts.origin };
  const files = openFiles({ path: "s3://bucket", s3 });
  const waiting = files.stat("a");
  waiting.catch(() => {});
  await asked;
  await files.close();
  await expect(waiting).rejects.toMatchObject({ code: "storage_unavailable" });
});

test.each<[string, string, Partial<S3StorageSettings>, RegExp[]]>([
  ["another scheme", "gs://bucket", {}, [/ {2}IMAGE_STORAGE_PATH: .*gs:\/\//]],
  ["a bucket without a name", "s3://", keys, [/ {2}IMAGE_STORAGE_PATH: /]],
  [
    "no credentials",
    "s3://bucket",
    {},
    [/AWS_ACCESS_KEY_ID, .* AWS_ROLE_ARN with AWS_WEB_IDENTITY_TOKEN_FILE/],
  ],
  ["half a key", "s3://bucket", { accessKeyId: "key" }, [/AWS_SECRET_ACCESS_KEY: set both, or neither/]],
  [
    "half a key beside a role",
    "s3://bucket",
    { secretAccessKey: "secret", roleArn: "arn", webIdentityTokenFile: "/token" },
    [/AWS_SECRET_ACCESS_KEY: set both, or neither/],
  ],
  ["half a role", "s3://bucket", { roleArn: "arn" }, [/AWS_WEB_IDENTITY_TOKEN_FILE: set both, or neither/]],
  [
    "everything wrong at once",
    "s3://bucket",
    { region: "eu central/1", endpoint: "minio:9000", stsEndpoint: "https://user:secret@sts" },
    [
      /has 4 problems/,
      /AWS_REGION: /,
      /AWS_ENDPOINT_URL_S3: /,
      /AWS_ENDPOINT_URL_STS: /,
      /AWS_ACCESS_KEY_ID/,
    ],
  ],
])("%s is a problem of the configuration, and its values are not repeated", (_, path, s3, told) => {
  const open = () => openFiles({ path, s3: { ...nothing, ...s3 } });
  expect(open).toThrow(expect.objectContaining({ code: "invalid_configuration" }));
  for (const sentence of told) expect(open).toThrow(sentence);
  expect(open).not.toThrow(/user:secret/);
});
