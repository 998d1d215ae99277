import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { verifyWebhook, type WebhookEvent, WebhookVerificationError } from "@fovea/client";
import express from "express";
import { openInbox } from "./inbox.ts";

const { FOVEA_WEBHOOK_SECRET: secret, INBOX_FILE = "inbox.sqlite", PORT = "3000" } = process.env;
if (!secret) throw new Error("Set FOVEA_WEBHOOK_SECRET to the WEBHOOK_SECRET of the service.");
const inbox = openInbox(INBOX_FILE);
const app = express();

// `raw`, and no parser of JSON before it: the signature is over the bytes as they came.
app.post("/webhooks/fovea", express.raw({ type: () => true, limit: "1mb" }), async (request, response) => {
  // Without a body there is nothing to parse, and Express leaves this undefined.
  const body: Buffer = request.body ?? Buffer.alloc(0);
  try {
    await verifyWebhook(body, request.headers, { secret });
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    response.status(401).json({ error: error.message });
    return;
  }
  // Answered once it is stored: the service waits 15 seconds, and sends again what it thinks is lost.
  const isNew = inbox.take(request.get("webhook-id") ?? "", body.toString());
  response.status(204).end();
  if (isNew) work();
});

/** Does what takes its time. Here it is a line of output. */
function work(): void {
  for (const { id, body } of inbox.unfinished()) {
    console.log(id, describe(JSON.parse(body)));
    inbox.finish(id);
  }
}

/** A media job's webhook is its status, others have a type. Both may get members that nobody knows yet. */
function describe(event: WebhookEvent): string {
  if ("job_id" in event) return `job ${event["job_id"]} is ${event["status"]}`;
  return String(event["type"] ?? event["event"]);
}

work();
const server = app.listen(Number(PORT), "127.0.0.1");
await once(server, "listening");
// Of a server that listens on a port it is an object.
const { port } = server.address() as AddressInfo;
console.log(`listening at http://127.0.0.1:${port}/webhooks/fovea`);
