import { parseAddress } from "../../platform/webhooks/address.ts";

/** What an address of webhooks has to be, for whoever sent another one. */
export const webhookUrlError = "expected an http:// or https:// address of at most 2048 characters";

/** Whether anything can be sent there. Whether it may be reached is found out when it is tried: names move. */
export const isWebhookUrl = (text: string): boolean =>
  // The parser mends `http:host`, and cuts control characters out; the database keeps no NUL.
  /^https?:\/\//i.test(text) && !text.includes("\u0000") && parseAddress(text).origin !== "";
