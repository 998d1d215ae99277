import { expect, test } from "vitest";
import { readWebhookConfig, webhookEvents } from "./webhook-config.ts";

const webhook_url = "https://your-webhook-url.com";

test("the document's own body is read", () => {
  expect(readWebhookConfig({ webhook_url, events: ["processing.completed"] })).toEqual({
    url: webhook_url,
    events: ["processing.completed"],
  });
});

test("events are told once, in any order and however often they are named", () => {
  const events = [...webhookEvents, ...webhookEvents].reverse();
  expect(readWebhookConfig({ webhook_url: ` ${webhook_url} `, events })).toEqual({
    url: webhook_url,
    events: ["processing.started", "processing.completed", "processing.failed"],
  });
});

test.each([
  ["body", null],
  ["body", []],
  ["body", "webhook_url"],
  ["webhook_url", { events: ["processing.failed"] }],
  ["webhook_url", { webhook_url: 7, events: ["processing.failed"] }],
  ["webhook_url", { webhook_url: "ftp://hooks.example", events: ["processing.failed"] }],
  ["webhook_url", { webhook_url: "https:hooks.example", events: ["processing.failed"] }],
  ["webhook_url", { webhook_url: "https://hooks.example/\u0000", events: ["processing.failed"] }],
  ["webhook_url", { webhook_url: `https://a.example/${"x".repeat(2_048)}`, events: ["processing.failed"] }],
  ["events", { webhook_url }],
  ["events", { webhook_url, events: [] }],
  ["events", { webhook_url, events: "processing.failed" }],
  ["events", { webhook_url, events: ["processing.failed", "batch.completed"] }],
])("%s is named where it is wrong: %j", (field, body) => {
  const wanted = expect.objectContaining({
    code: "validation_error",
    status: 400,
    message: expect.stringMatching(new RegExp(`^${field}: expected `)),
  });
  expect(() => readWebhookConfig(body)).toThrow(wanted);
});
