import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import { expect, test } from "vitest";
import { describeWith } from "../../../test/needs.ts";
import { signedHeaders } from "./sign.ts";

const message = { id: "msg_1", event: "job.done", body: '{"job_id":"ü 👍"}', plainHeaders: true };
const verifier = (secret: Uint8Array) => new Webhook(`whsec_${Buffer.from(secret).toString("base64")}`);

test("receivers that use the Standard Webhooks library take it, and nothing that was changed", () => {
  const secret = randomBytes(32);
  const headers = signedHeaders(message, [secret], Date.now());
  expect(verifier(secret).verify(message.body, headers)).toEqual(JSON.parse(message.body));
  const refused = [
    () => verifier(secret).verify(`${message.body} `, headers),
    () => verifier(secret).verify(message.body, { ...headers, "webhook-id": "msg_2" }),
    () => verifier(randomBytes(32)).verify(message.body, headers),
    () => verifier(secret).verify(message.body, signedHeaders(message, [secret], Date.now() - 360_000)),
  ];
  for (const verify of refused) expect(verify).toThrow(WebhookVerificationError);
});

test("while two secrets are configured, receivers with either one take it", () => {
  const secrets = [randomBytes(32), Buffer.from("any other string")];
  const headers = signedHeaders(message, secrets, Date.now());
  expect(headers["webhook-signature"]).toMatch(/^v1,[^ ,]+ v1,[^ ,]+$/);
  for (const secret of secrets) expect(() => verifier(secret).verify(message.body, headers)).not.toThrow();
});

test("the plain headers are sent where they are asked for only", () => {
  const plain = Object.keys(signedHeaders(message, [randomBytes(32)], 0)).filter((name) =>
    name.startsWith("x-webhook-"),
  );
  expect(plain.sort()).toEqual(["x-webhook-event", "x-webhook-id", "x-webhook-signature"]);
  const standard = signedHeaders({ ...message, plainHeaders: false }, [randomBytes(32)], 0);
  expect(Object.keys(standard).some((name) => name.startsWith("x-"))).toBe(false);
});

describeWith("openssl", "another program's HMAC", ({ path }) => {
  const hmac = (key: Uint8Array, text: string) =>
    execFileSync(
      path,
      ["dgst", "-sha256", "-mac", "HMAC", "-macopt", `hexkey:${Buffer.from(key).toString("hex")}`, "-binary"],
      { input: text },
    );

  test("is the same as both signatures", () => {
    const [newest, old] = [randomBytes(32), randomBytes(24)];
    const headers = signedHeaders(message, [newest, old], 1_700_000_000_999);
    const signed = `msg_1.1700000000.${message.body}`;
    expect(headers).toMatchObject({
      "webhook-id": "msg_1",
      "webhook-timestamp": "1700000000",
      "webhook-signature": [newest, old].map((key) => `v1,${hmac(key, signed).toString("base64")}`).join(" "),
      "x-webhook-id": "msg_1",
      "x-webhook-event": "job.done",
      "x-webhook-signature": `sha256=${hmac(newest, message.body).toString("hex")}`,
    });
  });
});
