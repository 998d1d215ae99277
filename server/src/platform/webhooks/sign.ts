import { createHmac } from "node:crypto";

export interface Message {
  readonly id: string;
  readonly event: string;
  /** The bytes that are sent, as text. */
  readonly body: string;
  /** `X-Webhook-Event`, `X-Webhook-Id` and `X-Webhook-Signature` too. */
  readonly plainHeaders: boolean;
}

/**
 * The headers of one attempt by Standard Webhooks 1.0.0: signed over `id.timestamp.body` with every secret, so that a
 * receiver may change to a new one at any time while both are configured.
 *
 * `X-Webhook-Signature` has room for one signature, `sha256=<hex of HMAC-SHA256 over the body>`: that of the newest.
 *
 * @param secrets the keys' bytes, newest first
 * @param at of the attempt, milliseconds since 1970: receivers refuse what is more than five minutes old
 */
export function signedHeaders(
  message: Message,
  secrets: readonly Uint8Array[],
  at: number,
): Readonly<Record<string, string>> {
  const { id, event, body, plainHeaders } = message;
  const timestamp = String(Math.floor(at / 1_000));
  const signatures = secrets.map(
    (secret) => `v1,${hmac(secret, `${id}.${timestamp}.${body}`).toString("base64")}`,
  );
  const standard = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
  const [newest] = secrets;
  if (!plainHeaders || newest === undefined) return standard;
  return {
    ...standard,
    "x-webhook-id": id,
    "x-webhook-event": event,
    "x-webhook-signature": `sha256=${hmac(newest, body).toString("hex")}`,
  };
}

const hmac = (secret: Uint8Array, text: string) => createHmac("sha256", secret).update(text).digest();
