/** Serves live events as the service does; a process of its own, started by `events.bench.ts`. */
import { pino } from "pino";
import { createAuthentication } from "../server/src/platform/auth/authenticate.ts";
import { addAuthentication } from "../server/src/platform/auth/hook.ts";
import type { AuthSettings } from "../server/src/platform/auth/settings.ts";
import { createEvents } from "../server/src/platform/events/events.ts";
import { createPlaces } from "../server/src/platform/events/places.ts";
import { eventStreamRoutes } from "../server/src/platform/events/routes.ts";
import { createTickets } from "../server/src/platform/events/tickets.ts";
import { createHttp } from "../server/src/platform/http/http.ts";
import { portOf } from "../server/src/platform/http/listen.ts";
import { openRedis } from "../server/src/redis.ts";
import type { ServerOrder, ServerReport } from "./events-order.ts";

const order: ServerOrder = JSON.parse(process.argv[2] ?? "{}");
const log = pino({ level: "silent" });
const now = () => new Date();
const events = createEvents({ redis: openRedis(order.redisUrl, log), log, now });
const { server: http } = await createHttp({
  ...{ basePath: "", trustProxy: [], corsOrigins: [], dialects: [], exposedHeaders: [] },
  ...{ requestTimeout: 60_000, logger: log, draining: () => false },
});
const settings: AuthSettings = {
  ...{ mode: "off", environment: "development", loopback: true, entra: null, jwtSecrets: [Buffer.alloc(32)] },
  ...{ devTokens: [], apiKeys: [], requireApiKeyAll: false, adminToken: null, metricsToken: null },
};
addAuthentication(
  http,
  createAuthentication({ settings, sessionSecrets: [Buffer.alloc(32)], clock: Date.now, basePath: "" }),
);
await http.register(eventStreamRoutes, {
  events,
  snapshot: async () => ({ progress: 0 }),
  tickets: createTickets({ secrets: [Buffer.alloc(32)], redis: null, now }),
  expiresAt: () => null,
  seesAll: () => false,
  places: createPlaces({ inAll: 10_000, perCaller: 10_000 }),
  ...{ rate: null, now, random: Math.random },
});
await http.listen({ host: "127.0.0.1", port: 0 });
process.on("message", () => {
  const report: ServerReport = {
    port: portOf(http.server),
    rssMb: process.memoryUsage.rss() / 2 ** 20,
    streams: events.subscribers(),
  };
  process.send?.(report);
});
process.once("disconnect", () => process.exit());
