import { join } from "node:path";
import { Fovea } from "@fovea/client";
import { expect, test } from "vitest";
import { startProcess } from "../../scripts/fixture-process.ts";
import { runtimeFlags } from "../../scripts/runtime.mjs";
import { listenApp, temporaryFolder } from "../../server/test/world.ts";
import { openInbox } from "./inbox.ts";

const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

/** The receiver as its README starts it, on a free port. */
async function startReceiver(inboxFile: string) {
  const receiver = startProcess(process.execPath, [...runtimeFlags, join(import.meta.dirname, "server.ts")], {
    env: { ...process.env, PORT: "0", INBOX_FILE: inboxFile, FOVEA_WEBHOOK_SECRET: secret },
  });
  await receiver.shown("/webhooks/fovea");
  const url = /listening at (\S+)/.exec(receiver.output())?.[1] ?? "";
  return { ...receiver, url };
}

const timesShown = (output: string, text: string) => output.split(text).length - 1;

test("takes what the service sends, each event once, and nothing that somebody else has made up", async () => {
  const inboxFile = join(await temporaryFolder(), "inbox.sqlite");
  // As a receiver leaves it that was killed after its answer.
  openInbox(inboxFile).take("msg_before", JSON.stringify({ type: "batch.completed" }));
  const [receiver, { baseUrl }] = await Promise.all([
    startReceiver(inboxFile),
    listenApp({ WEBHOOK_SECRET: secret }),
  ]);
  await receiver.shown("msg_before batch.completed");
  const fovea = new Fovea({ baseUrl, token: "test-token" });

  const tested = await fovea.webhooks.test(receiver.url);
  expect(tested.delivery.status).toBe("delivered");
  await receiver.shown("webhook.test");

  const job = await fovea.jobs.create({ prompt: "A lighthouse", webhook_url: receiver.url });
  await receiver.shown(`job ${job.id} is completed`);

  const [delivery] = await fovea.webhooks.deliveries.list({ topic: `media/job/${job.id}` }).toArray();
  const id = String(delivery?.id);
  const answers = async () =>
    (await fovea.webhooks.deliveries.get(id)).attempts.map((attempt) => attempt.status_code);
  await expect.poll(answers).toEqual([204]);
  await fovea.webhooks.deliveries.redeliver(id);
  await expect.poll(answers).toEqual([204, 204]);

  const forged = await fetch(receiver.url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "webhook-id": "msg_forged",
      "webhook-timestamp": String(Math.floor(Date.now() / 1000)),
      "webhook-signature": `v1,${Buffer.alloc(32, 1).toString("base64")}`,
    },
    body: JSON.stringify({ type: "batch.completed", id: "forged" }),
  });
  expect(forged.status).toBe(401);
  expect(await forged.json()).toMatchObject({ error: expect.stringContaining("No signature") });
  expect((await fetch(receiver.url, { method: "POST" })).status).toBe(401);

  receiver.child.kill();
  const { output } = await receiver.ended;
  expect(timesShown(output, `job ${job.id}`)).toBe(1);
  expect(timesShown(output, "msg_forged")).toBe(0);
  expect(openInbox(inboxFile).unfinished()).toEqual([]);
});
