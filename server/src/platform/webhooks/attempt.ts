import { OutboundError } from "../outbound/errors.ts";
import type { Outbound, OutboundResponse } from "../outbound/outbound.ts";
import { parseRetryAfter } from "../outbound/retry-after.ts";
import { withoutCredentials } from "./address.ts";
import { excerptOf } from "./excerpt.ts";
import { type Message, signedHeaders } from "./sign.ts";

/** How an attempt ended. `code` and `reason` are as in {@link Attempt}. */
export type AttemptEnd =
  | { readonly kind: "delivered"; readonly status: number | null; readonly excerpt: string | null }
  | ({ readonly kind: "failed"; readonly retryAfter: Date | null; readonly unreachable: boolean } & Why)
  /** The receiver wants no more of it. */
  | ({ readonly kind: "gone" } & Why)
  /** Nothing was sent, and the same would happen the next time. */
  | ({ readonly kind: "hopeless" } & Why)
  /** This process ends, and did not wait for the answer. */
  | { readonly kind: "cut" };

interface Why {
  readonly status: number | null;
  readonly code: string;
  readonly reason: string;
  readonly excerpt: string | null;
}

export interface AttemptSettings {
  readonly outbound: Outbound;
  /** The keys' bytes, newest first. */
  readonly secrets: () => readonly Uint8Array[];
  /** For the whole of it. */
  readonly timeoutMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** More of an answer is not read: it is looked at by people only. */
const maxBytes = 16 * 1_024;
const longestConnectMs = 10_000;

/**
 * Says it to the receiver once. Success is a status of 2xx and nothing else; redirects are not followed, because what
 * was signed for one receiver is none of another's business.
 */
export async function attemptDelivery(
  message: Message & { readonly url: string },
  { outbound, secrets, timeoutMs, now }: AttemptSettings,
  signal: AbortSignal,
): Promise<AttemptEnd> {
  const { url, authorization } = withoutCredentials(message.url);
  try {
    const response = await outbound.fetch(url, {
      method: "POST",
      headers: {
        ...(authorization === undefined ? {} : { authorization }),
        ...signedHeaders(message, secrets(), now()),
      },
      body: message.body,
      limits: {
        maxBytes,
        connectMs: Math.min(timeoutMs, longestConnectMs),
        totalMs: timeoutMs,
        maxRedirects: 0,
      },
      signal,
    });
    return endOf(response, now());
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return endWithout(error);
  }
}

function endOf({ status, headers, bytes }: OutboundResponse, now: number): AttemptEnd {
  const excerpt = excerptOf(bytes);
  if (status >= 200 && status < 300) return { kind: "delivered", status, excerpt };
  if (status === 410) {
    const reason = "The receiver answered 410: it wants no more webhooks at this URL.";
    return { kind: "gone", status, code: "gone", reason, excerpt };
  }
  return {
    kind: "failed",
    ...{ status, code: "http_status", reason: `The receiver answered ${status}.`, excerpt },
    retryAfter: parseRetryAfter(headers["retry-after"], now),
    unreachable: status >= 500 || status === 429,
  };
}

function endWithout({ code, message }: OutboundError): AttemptEnd {
  const why = { status: null, code, reason: message, excerpt: null };
  switch (code) {
    case "cancelled":
      return { kind: "cut" };
    // Only the body of a success is refused for its length; that of any other answer is cut.
    case "too_large":
      return { kind: "delivered", status: null, excerpt: null };
    case "too_many_redirects":
    case "invalid_redirect": {
      const reason = "The receiver answered with a redirect, which a webhook does not follow.";
      return { kind: "failed", ...why, code: "redirected", reason, retryAfter: null, unreachable: false };
    }
    case "invalid_url":
    case "blocked_address":
      return { kind: "hopeless", ...why };
    default:
      return { kind: "failed", ...why, retryAfter: null, unreachable: true };
  }
}
