import { afterEach, describe, expect, test, vi } from "vitest";
import { signedHeaders } from "../../../server/src/platform/webhooks/sign.ts";
import { WebhookVerificationError } from "./errors.ts";
import { type VerifyOptions, verifyWebhook, type WebhookHeaders } from "./verify-webhook.ts";

const now = Date.UTC(2026, 0, 1);
const body = '{"type":"batch.completed","data":{"batch_name":"Läden"}}';
const event = JSON.parse(body);
const key = Buffer.from("0123456789abcdef0123456789abcdef");
const other = Buffer.from("fedcba9876543210fedcba9876543210");
const secret = `whsec_${key.toString("base64")}`;
const otherSecret = `whsec_${other.toString("base64")}`;

/** As the service signs. */
const signed = (secrets: readonly Uint8Array[] = [key], content = body, at = now) =>
  signedHeaders({ id: "msg_1", event: "batch.completed", body: content, plainHeaders: true }, secrets, at);

const verify = (
  headers: WebhookHeaders,
  options: VerifyOptions = {},
  content: Parameters<typeof verifyWebhook>[0] = body,
) => verifyWebhook(content, headers, { secret, now, ...options });

afterEach(() => vi.unstubAllEnvs());

describe("what the service has signed is taken", () => {
  const bytes = new TextEncoder().encode(body);
  const inside = new Uint8Array([0, 0, ...bytes, 0]).subarray(2, 2 + bytes.length);

  test.each<[what: string, content: Parameters<typeof verifyWebhook>[0]]>([
    ["text", body],
    ["bytes", bytes],
    ["bytes in the middle of others", inside],
    ["an ArrayBuffer", bytes.buffer],
    ["a Buffer", Buffer.from(body)],
  ])("with a body as %s", async (_, content) => {
    expect(await verify(signed(), {}, content)).toEqual(event);
  });

  test.each<[what: string, headers: WebhookHeaders]>([
    ["Headers", new Headers(signed())],
    ["Headers of another library", { get: (name: string) => signed()[name] ?? null } as unknown as Headers],
    ["a record", signed()],
    [
      "names as they were sent",
      Object.fromEntries(Object.entries(signed()).map(([name, value]) => [name.toUpperCase(), value])),
    ],
    ["values as lists", Object.fromEntries(Object.entries(signed()).map(([name, value]) => [name, [value]]))],
  ])("with headers as %s", async (_, headers) => {
    expect(await verify(headers)).toEqual(event);
  });

  test.each<[what: string, secrets: Uint8Array[], options: VerifyOptions]>([
    ["two secrets of the service, of which one is known here", [other, key], {}],
    ["two secrets known here, of which one is the service's", [key], { secret: [otherSecret, secret] }],
    ["a list as the service's own setting has it", [key], { secret: `${otherSecret}, ${secret}` }],
    ["a secret that is any text, commas and all", [Buffer.from("plain, text")], { secret: "plain, text" }],
    ["a clock that is five minutes behind", [key], { now: now - 300_000 }],
    ["a clock that is five minutes ahead", [key], { now: now + 300_000 }],
    ["more tolerance", [key], { now: now + 3_000_000, tolerance: 3_000 }],
  ])("with %s", async (_, secrets, options) => {
    expect(await verify(signed(secrets), options)).toEqual(event);
  });

  test("with the secret of the environment", async () => {
    await expect(verifyWebhook(body, signed(), { now })).rejects.toThrow(/^No secret to verify with/);
    vi.stubEnv("WEBHOOK_SECRET", secret);
    expect(await verifyWebhook(body, signed(), { now })).toEqual(event);
    vi.stubEnv("FOVEA_WEBHOOK_SECRET", otherSecret);
    await expect(verifyWebhook(body, signed(), { now })).rejects.toThrow(WebhookVerificationError);
  });

  test("at the time of the clock, where none is named", async () => {
    expect(await verifyWebhook(body, signed([key], body, Date.now()), { secret })).toEqual(event);
    await expect(verifyWebhook(body, signed(), { secret })).rejects.toThrow(
      /it is repeated, or a clock is wrong/,
    );
  });
});

describe("everything else is refused", () => {
  const change = (name: string, value: string | undefined) => ({ ...signed(), [name]: value });
  const signature = signed()["webhook-signature"] ?? "";

  test.each<[what: string, headers: WebhookHeaders, options: VerifyOptions, message: RegExp]>([
    ["no headers", {}, {}, /one is missing/],
    ["no id", change("webhook-id", undefined), {}, /one is missing/],
    ["no time", change("webhook-timestamp", ""), {}, /one is missing/],
    ["no signature", change("webhook-signature", undefined), {}, /one is missing/],
    ["an id of another", change("webhook-id", "msg_2"), {}, /No signature/],
    ["another time", change("webhook-timestamp", String(now / 1000 + 1)), {}, /No signature/],
    ["a time that is none", change("webhook-timestamp", "now"), {}, /a clock is wrong/],
    ["a time with blanks", change("webhook-timestamp", ` ${now / 1000}`), {}, /a clock is wrong/],
    ["six minutes ago", signed(), { now: now + 301_000 }, /a clock is wrong/],
    ["in six minutes", signed(), { now: now - 301_000 }, /a clock is wrong/],
    ["a tolerance that is no number", signed(), { tolerance: Number.NaN }, /a clock is wrong/],
    ["another secret", signed([other]), {}, /No signature/],
    [
      "a signature of another kind",
      change("webhook-signature", signature.replace("v1,", "v2,")),
      {},
      /No signature/,
    ],
    ["no base64", change("webhook-signature", "v1,!!!! v1, v1"), {}, /No signature/],
    ["half a signature", change("webhook-signature", signature.slice(0, 20)), {}, /No signature/],
    [
      "the signature that is of the body alone",
      change("webhook-signature", (signed()["x-webhook-signature"] ?? "").replace("sha256=", "v1,")),
      {},
      /No signature/,
    ],
    [
      "many signatures, the right one last",
      change("webhook-signature", `${"v1,AAAA ".repeat(500)}${signature}`),
      {},
      /No signature/,
    ],
  ])("%s", async (_, headers, options, message) => {
    const refused = verify(headers, options);
    await expect(refused).rejects.toThrow(WebhookVerificationError);
    await expect(refused).rejects.toThrow(message);
  });

  test("a body that was changed, or parsed and written again", async () => {
    await expect(verify(signed(), {}, body.replace("completed", "failed"))).rejects.toThrow(/No signature/);
    await expect(verify(signed(), {}, JSON.stringify(event, null, 1))).rejects.toThrow(/unparsed/);
    // As frameworks hand it on, and a program without types would pass it.
    await expect(verify(signed(), {}, event)).rejects.toThrow(/unparsed/);
  });

  test("a body that is no JSON, whoever signed it", async () => {
    await expect(verify(signed([key], "{"), {}, "{")).rejects.toThrow(/its body is no JSON/);
  });

  test("with a secret that is none", async () => {
    await expect(verify(signed(), { secret: "whsec_" })).rejects.toThrow(/what follows is no base64/);
    await expect(verify(signed(), { secret: "whsec_!" })).rejects.toThrow(/what follows is no base64/);
    await expect(verify(signed(), { secret: [] })).rejects.toThrow(/^No secret to verify with/);
    await expect(verify(signed(), { secret: "" })).rejects.toThrow(/^No secret to verify with/);
  });

  test("and no secret is shown", async () => {
    const told = await verify(signed([other])).catch(String);
    expect(told).not.toContain(secret.slice(6, 20));
  });
});
