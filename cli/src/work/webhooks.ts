import { connect } from "../connection.ts";
import type { Context } from "../context.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { visible } from "../terminal/visible.ts";
import { printFacts } from "./print-facts.ts";

/** Has the service send a signed `webhook.test` to an address, once, and tells what the receiver said. */
export async function testWebhook(context: Context, url: string): Promise<ExitCode> {
  const { terminal, options, signal } = context;
  const fovea = await connect(context);
  const { delivered, delivery } = await fovea.webhooks.test(url, { signal });
  const attempt = delivery.attempts.at(-1);
  if (options.json) terminal.printJson({ delivered, delivery });
  else {
    printFacts(terminal, {
      delivered: delivered ? "yes" : "no",
      url: delivery.url,
      status: attempt?.status_code == null ? null : String(attempt.status_code),
      took: attempt ? `${attempt.took_ms} ms` : null,
      reason: attempt?.reason ?? null,
      answer: attempt?.response || null,
      "webhook-id": delivery.id,
    });
  }
  if (!delivered) terminal.complain(`error: ${visible(url)} did not take it.`);
  return delivered ? exitCodes.ok : exitCodes.failedItems;
}
