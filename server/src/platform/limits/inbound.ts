import { isIPv6 } from "node:net";
import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Redis } from "ioredis";
import { AppError, retryAfter } from "../errors.ts";

/** So many requests in each window. */
export interface Rate {
  readonly max: number;
  readonly windowMs: number;
}

export interface InboundLimitSettings {
  readonly enabled: boolean;
  /** Shares the windows between processes; null keeps them in this one. */
  readonly redis: Redis | null;
}

/**
 * Registers the limits on inbound requests. A route opts in with `config.rateLimit`, made by {@link limitTo};
 * it runs after authentication, so that a credential is counted wherever it calls from.
 */
export async function registerInboundLimits(
  http: FastifyInstance,
  settings: InboundLimitSettings,
): Promise<void> {
  if (!settings.enabled) return;
  await http.register(rateLimit, {
    global: false,
    keyGenerator: limitKey,
    ...(settings.redis ? { redis: settings.redis, nameSpace: "fovea:limit:" } : {}),
    // Limits may be lost, requests may not: without Redis for a moment, everybody is let in.
    skipOnError: true,
    errorResponseBuilder: (_request, context) =>
      new AppError({
        code: "rate_limit_exceeded",
        status: 429,
        message: `Rate limit exceeded: ${context.max} per ${context.after}`,
        headers: { "retry-after": retryAfter(context.ttl) },
      }),
  });
}

/** Route configuration that counts a group of routes together. */
export const limitTo = (group: string, rate: Rate | null) =>
  rate === null ? {} : { rateLimit: { max: rate.max, timeWindow: rate.windowMs, groupId: group } };

function limitKey(request: FastifyRequest): string {
  return request.identity?.limitKey ?? `address:${networkOf(request.ip)}`;
}

/** A household or server has a whole /64 of IPv6, so single addresses would not limit anybody. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes(".")) return address;
  const [head = "", tail = ""] = address.split("::");
  const left = head.split(":").filter(Boolean);
  const right = tail.split(":").filter(Boolean);
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => "0");
  const groups = address.includes("::") ? [...left, ...zeros, ...right] : left;
  return groups.slice(0, 4).join(":");
}
