import { parseAddress } from "../../platform/webhooks/address.ts";
import { invalidField } from "./refusals.ts";

export const webhookEvents = ["processing.started", "processing.completed", "processing.failed"] as const;

export type WebhookEvent = (typeof webhookEvents)[number];

/** Who is told of which events: one for the whole service, and a second configuration replaces the first. */
export interface WebhookConfig {
  /** May hold a user and password: no answer and no log shows it. */
  readonly url: string;
  /** At least one, each once, in the order of {@link webhookEvents}. */
  readonly events: readonly WebhookEvent[];
}

/** @throws {AppError} `validation_error` that names the field and what it may be */
export function readWebhookConfig(body: unknown): WebhookConfig {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw invalidField("body", "expected a JSON object with webhook_url and events");
  }
  const { webhook_url, events }: { webhook_url?: unknown; events?: unknown } = body;
  return { url: readUrl(webhook_url), events: readEvents(events) };
}

function readUrl(value: unknown): string {
  const url = typeof value === "string" ? value.trim() : "";
  // The parser mends `http:host`, and cuts control characters out; the database keeps no NUL.
  if (!/^https?:\/\//i.test(url) || url.includes("\u0000") || parseAddress(url).origin === "") {
    throw invalidField("webhook_url", "expected an http:// or https:// address of at most 2048 characters");
  }
  return url;
}

function readEvents(value: unknown): readonly WebhookEvent[] {
  const isKnown = (event: unknown) => webhookEvents.some((known) => known === event);
  if (!Array.isArray(value) || value.length === 0 || !value.every(isKnown)) {
    throw invalidField("events", `expected a list of one or more of ${webhookEvents.join(", ")}`);
  }
  return webhookEvents.filter((event) => value.includes(event));
}
