import { Redis } from "ioredis";
import type { Logger } from "pino";

/** A request never waits for Redis: while it is out of reach, or hangs, the request is let in uncounted. */
const options = { maxRetriesPerRequest: 0, enableOfflineQueue: false, commandTimeout: 250 } as const;

/** Null where none is configured. */
export function openRedis(url: string | undefined, logger: Logger): Redis | null {
  if (url === undefined) return null;
  const redis = new Redis(url, options);
  redis.on("error", (error) => logger.warn({ err: error }, "redis is out of reach; limits are not shared"));
  return redis;
}
