import { isIPv6 } from "node:net";
import rateLimit from "@fastify/rate-limit";
import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from "fastify";
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

declare module "fastify" {
  interface FastifyContextConfig {
    /** Made by `limitTo`. */
    limit?: Rate & { readonly group: string };
  }
}

/**
 * Registers the limits on inbound requests. A route opts in with {@link limitTo}. Call it after authentication was
 * added, so that a credential is counted wherever it calls from.
 */
export async function registerInboundLimits(
  http: FastifyInstance,
  settings: InboundLimitSettings,
): Promise<void> {
  if (!settings.enabled) return;
  await http.register(rateLimit, {
    // The plugin's own per-route limits count every route by itself, whatever its `groupId` promises; one limiter
    // for all, asked by the hook below, counts a group together.
    global: false,
    keyGenerator: (request) => `${limitOf(request)?.group}:${callerOf(request)}`,
    max: (request) => limitOf(request)?.max ?? Number.MAX_SAFE_INTEGER,
    timeWindow: (request) => limitOf(request)?.windowMs ?? 0,
    ...(settings.redis ? { redis: settings.redis, nameSpace: "fovea:limit:" } : {}),
    // Limits may be lost, requests may not: without Redis for a moment, everybody is let in.
    skipOnError: true,
  });
  const count = http.createRateLimit();
  http.addHook("onRequest", async (request, reply) => {
    const limit = limitOf(request);
    if (limit === undefined) return;
    const counted = await count(request);
    if (counted.isAllowed) return;
    reply.headers({
      "x-ratelimit-limit": counted.max,
      "x-ratelimit-remaining": counted.remaining,
      "x-ratelimit-reset": counted.ttlInSeconds,
    });
    if (counted.isExceeded) throw rateLimitExceeded(limit, counted.ttl);
  });
}

const limitOf = (request: FastifyRequest) => request.routeOptions.config.limit;

/** Route configuration that counts a group of routes together. */
export const limitTo = (group: string, rate: Rate | null): FastifyContextConfig =>
  rate === null ? {} : { limit: { group, ...rate } };

const rateLimitExceeded = ({ max, windowMs }: Rate, ttlMs: number) =>
  new AppError({
    code: "rate_limit_exceeded",
    status: 429,
    message: `Rate limit exceeded: ${max} per ${windowName(windowMs)}`,
    headers: { "retry-after": retryAfter(ttlMs) },
  });

/** As the documents word it: `10 per 1 minute`. */
function windowName(windowMs: number): string {
  const units = { hour: 3_600_000, minute: 60_000, second: 1000 } as const;
  const [unit, length] = Object.entries(units).find(([, ms]) => windowMs % ms === 0) ?? ["millisecond", 1];
  const count = windowMs / length;
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

function callerOf(request: FastifyRequest): string {
  return request.identity.limitKey ?? `address:${networkOf(request.ip)}`;
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
