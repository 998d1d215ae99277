import { WebhookVerificationError } from "./errors.ts";
import { environmentVariable } from "./runtime.ts";

/** Headers as whatever receives requests has them: of the Fetch API, of Node, of Express, of Next.js. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

export interface VerifyOptions {
  /** `whsec_…`, or any other text as it is; several while one is replaced by another. Default: `FOVEA_WEBHOOK_SECRET`, `WEBHOOK_SECRET`. */
  readonly secret?: string | readonly string[] | undefined;
  /** Seconds that the sender's clock and the way may take. Default: 300. */
  readonly tolerance?: number | undefined;
  /** Milliseconds since 1970, instead of the clock's. */
  readonly now?: number | undefined;
}

/** What the service sends. Which members `data` or the body itself has is told in the guide to webhooks. */
export type WebhookEvent = Readonly<Record<string, unknown>>;

/**
 * Checks that a webhook was sent by the service, just now, and gives its body parsed (Standard Webhooks: HMAC-SHA256 of
 * `id.timestamp.body`).
 *
 * @param body as it came, before anything has parsed it
 * @throws {WebhookVerificationError} for what is forged, changed or old; answer it with 401
 */
export async function verifyWebhook(
  body: string | Uint8Array | ArrayBuffer,
  headers: WebhookHeaders,
  options: VerifyOptions = {},
): Promise<WebhookEvent> {
  const { tolerance = 300, now = Date.now() } = options;
  const id = headerOf(headers, "webhook-id");
  const timestamp = headerOf(headers, "webhook-timestamp");
  const signatures = headerOf(headers, "webhook-signature");
  if (!id || !timestamp || !signatures) {
    throw new WebhookVerificationError(
      "A webhook has the headers webhook-id, webhook-timestamp and webhook-signature; one is missing.",
    );
  }
  if (!/^\d+$/.test(timestamp) || !(Math.abs(now / 1000 - Number(timestamp)) <= tolerance)) {
    throw new WebhookVerificationError(
      `The webhook says that it was sent at ${timestamp}, more than ${tolerance} s from now: it is repeated, or a clock is wrong.`,
    );
  }
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : new Uint8Array(body);
  const signed = await new Blob([`${id}.${timestamp}.`, bytes]).arrayBuffer();
  const given = signatures
    .split(" ")
    .filter((each) => each.startsWith("v1,"))
    // One for each secret of the service. Without a limit a short request could have a long body hashed a thousand times.
    .slice(0, 10)
    .map((each) => fromBase64(each.slice(3)))
    .filter((each) => each !== undefined);
  for (const secret of secretsOf(options)) {
    const key = await crypto.subtle.importKey(
      "raw",
      keyOf(secret),
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["verify"],
    );
    for (const signature of given) {
      // In constant time, which is the platform's to know.
      if (await crypto.subtle.verify("HMAC", key, signature, signed)) return parse(bytes);
    }
  }
  throw new WebhookVerificationError(
    "No signature of the webhook is by this secret. Verify the body as it came, unparsed, and with the service's WEBHOOK_SECRET.",
  );
}

function secretsOf({ secret }: VerifyOptions): readonly string[] {
  const given =
    secret ?? environmentVariable("FOVEA_WEBHOOK_SECRET") ?? environmentVariable("WEBHOOK_SECRET");
  // A list as the service's own setting has it; any other text is one secret, commas and all.
  const list =
    typeof given === "string" && given.startsWith("whsec_")
      ? given.split(",").map((each) => each.trim())
      : given;
  const secrets = (typeof list === "string" ? [list] : (list ?? [])).filter((each) => each !== "");
  if (secrets.length === 0)
    throw new TypeError("No secret to verify with: pass { secret }, or set FOVEA_WEBHOOK_SECRET.");
  return secrets;
}

function keyOf(secret: string): Uint8Array<ArrayBuffer> {
  if (!secret.startsWith("whsec_")) return new TextEncoder().encode(secret);
  const key = fromBase64(secret.slice("whsec_".length));
  if (!key?.length) throw new TypeError("The secret begins with whsec_, and what follows is no base64.");
  return key;
}

function headerOf(headers: WebhookHeaders, name: string): string | undefined {
  // Not by its class: other libraries have Headers of their own.
  if (isHeaders(headers)) return headers.get(name) ?? undefined;
  const found = Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1];
  return typeof found === "string" ? found : found?.[0];
}

const isHeaders = (headers: WebhookHeaders): headers is Headers =>
  "get" in headers && typeof headers.get === "function";

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function parse(bytes: Uint8Array): WebhookEvent {
  try {
    // Signed by the service, which sends objects.
    return JSON.parse(new TextDecoder().decode(bytes)) as WebhookEvent;
  } catch (cause) {
    throw new WebhookVerificationError("The webhook is signed, and its body is no JSON.", { cause });
  }
}
