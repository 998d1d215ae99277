import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "../../../test/world.ts";
import { createS3Credentials } from "./s3-credentials.ts";
import { createS3Files } from "./s3-files.ts";
import { startBucketServer } from "./testing/bucket-server.ts";
import { textOf } from "./testing/describe-files.ts";
import { startTokenServer, type TokenAnswer } from "./testing/token-server.ts";

const start = Date.parse("2026-11-21T12:00:00Z");
const minutes = 60_000;
const hour: TokenAnswer = { kind: "credentials", expiresAt: start + 60 * minutes };

async function setup(answerTo: (number: number) => TokenAnswer | Promise<TokenAnswer> = () => hour) {
  const sts = await startTokenServer(answerTo);
  onTestFinished(() => sts.close());
  const tokenFile = join(await temporaryFolder(), "token");
  writeFileSync(tokenFile, "an.identity.token\n");
  const clock = { now: start };
  const source = createS3Credentials({
    kind: "web_identity",
    roleArn: "arn:aws:iam::123456789012:role/files",
    tokenFile,
    region: "eu-central-1",
    stsEndpoint: sts.origin,
    now: () => clock.now,
    retryBaseMs: 1,
  });
  onTestFinished(() => source.close());
  return { sts, source, clock, tokenFile };
}

const first = { accessKeyId: "key-1", secretAccessKey: "secret-1/+", sessionToken: "token-1&/+=" };

test("an identity token is exchanged for credentials, and is in no address", async () => {
  const { sts, source } = await setup();
  expect(await source.current()).toEqual(first);
  expect(sts.asked.map(({ target }) => target)).toEqual(["/"]);
  expect(Object.fromEntries(sts.asked[0]?.form ?? [])).toEqual({
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: "arn:aws:iam::123456789012:role/files",
    RoleSessionName: "fovea",
    WebIdentityToken: "an.identity.token",
  });
});

test("all who ask at the same time share one exchange, and later ones its result", async () => {
  const { sts, source, clock } = await setup();
  const all = await Promise.all(Array.from({ length: 50 }, () => source.current()));
  expect(new Set(all).size).toBe(1);
  clock.now += 54 * minutes;
  expect(await source.current()).toEqual(first);
  expect(sts.asked).toHaveLength(1);
});

test("five minutes before the end they are renewed with the token of then, and nobody waits for it", async () => {
  const { promise: wanted, resolve: give } = Promise.withResolvers<TokenAnswer>();
  const { promise: asked, resolve: reached } = Promise.withResolvers<void>();
  const { sts, source, clock, tokenFile } = await setup((number) => {
    if (number === 1) return hour;
    reached();
    return wanted;
  });
  await source.current();
  writeFileSync(tokenFile, "a.newer.token");
  clock.now += 56 * minutes;
  expect(await source.current()).toEqual(first);
  expect(await source.current()).toEqual(first);
  await asked;
  // Their time is over while the exchange is under way: now there is something to wait for.
  clock.now += 5 * minutes;
  const waiting = source.current();
  give({ kind: "credentials", expiresAt: clock.now + 60 * minutes });
  expect(await waiting).toMatchObject({ accessKeyId: "key-2" });
  expect(await source.current()).toMatchObject({ accessKeyId: "key-2" });
  expect(sts.asked.map(({ form }) => form.get("WebIdentityToken"))).toEqual([
    "an.identity.token",
    "a.newer.token",
  ]);
});

test("a renewal that fails is tried again half a minute later, and told only when their time is over", async () => {
  const { sts, source, clock } = await setup((number) =>
    number === 1 ? hour : { kind: "error", status: 403, code: "AccessDenied" },
  );
  const exchanges = () => sts.asked.filter(({ form }) => form.has("Action")).length;
  await source.current();
  clock.now += 56 * minutes;
  for (let number = 0; number < 20; number += 1) {
    expect(await source.current()).toEqual(first);
    // A round trip of its own: the answer to the exchange has arrived some rounds before the last.
    await fetch(sts.origin, { method: "POST" });
  }
  expect(exchanges()).toBe(2);
  clock.now += 30_000;
  expect(await source.current()).toEqual(first);
  await vi.waitFor(() => expect(exchanges()).toBe(3), 20_000);
  clock.now += 5 * minutes;
  await expect(source.current()).rejects.toMatchObject({
    code: "storage_unavailable",
    message: expect.stringMatching(/The role does not trust this service's identity, or does not exist\./),
  });
});

test("a transient failure is tried again, and three times at most", async () => {
  const flaky = await setup((number) => {
    if (number === 1) return { kind: "reset" };
    return number === 2 ? { kind: "error", status: 400, code: "IDPCommunicationError" } : hour;
  });
  expect(await flaky.source.current()).toMatchObject({ accessKeyId: "key-3" });
  const down = await setup(() => ({ kind: "error", status: 503, code: "ServiceUnavailable" }));
  await expect(down.source.current()).rejects.toMatchObject({ code: "storage_unavailable" });
  expect(down.sts.asked).toHaveLength(3);
});

test.each<[string, TokenAnswer, RegExp]>([
  ["an expired token", { kind: "error", status: 400, code: "ExpiredTokenException" }, /has expired/],
  [
    "a token of somebody else",
    { kind: "error", status: 400, code: "InvalidIdentityToken" },
    /does not accept/,
  ],
  ["a page", { kind: "nonsense" }, /answered without credentials/],
])("%s is told, without what the service said", async (_, answer, told) => {
  const { sts, source } = await setup(() => answer);
  const failure = await source.current().catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "storage_unavailable", message: expect.stringMatching(told) });
  expect(String(failure)).not.toContain("arn:");
  expect(sts.asked).toHaveLength(1);
});

test("a token file that is not there is told", async () => {
  const { source, tokenFile } = await setup();
  rmSync(tokenFile);
  await expect(source.current()).rejects.toThrow(/AWS_WEB_IDENTITY_TOKEN_FILE cannot be read/);
});

test("files are stored with credentials of a role, and with new ones when S3 refuses those", async () => {
  const { source, sts } = await setup();
  const s3 = await startBucketServer({ bucket: "bucket", credentials: first });
  onTestFinished(() => s3.close());
  const files = createS3Files({
    endpoint: s3.origin,
    region: "us-east-1",
    bucket: "bucket",
    prefix: "",
    credentials: source,
    retryBaseMs: 1,
  });
  onTestFinished(() => files.close());
  await files.put("a", Buffer.from("a picture"), { contentType: "image/png" });
  // As after the role's sessions were revoked.
  s3.know({ accessKeyId: "key-2", secretAccessKey: "secret-2/+", sessionToken: "token-2&/+=" });
  expect(await textOf(files, "a")).toBe("a picture");
  expect(sts.asked).toHaveLength(2);
});

test("an S3 request gives up with the token service after its three tries", async () => {
  const { source, sts } = await setup(() => ({ kind: "reset" }));
  const files = createS3Files({
    endpoint: "http://127.0.0.1:9",
    region: "us-east-1",
    bucket: "bucket",
    prefix: "",
    credentials: source,
    retryBaseMs: 1,
  });
  onTestFinished(() => files.close());
  await expect(files.stat("a")).rejects.toThrow(/Security Token Service/);
  expect(sts.asked).toHaveLength(3);
});
