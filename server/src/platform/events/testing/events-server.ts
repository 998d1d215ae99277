import { pino } from "pino";
import { onTestFinished } from "vitest";
import { createAuthentication } from "../../auth/authenticate.ts";
import { addAuthentication } from "../../auth/hook.ts";
import type { Identity } from "../../auth/identity.ts";
import { signLocalToken } from "../../auth/local-token.ts";
import type { AuthSettings } from "../../auth/settings.ts";
import { authSettings, jwtSecret, sessionSecret } from "../../auth/testing/settings.ts";
import { createHttp } from "../../http/http.ts";
import { listen } from "../../http/listen.ts";
import { createEvents } from "../events.ts";
import { createPlaces } from "../places.ts";
import { eventStreamRoutes } from "../routes.ts";
import { createTickets } from "../tickets.ts";

interface Changes {
  readonly mode?: AuthSettings["mode"];
  readonly snapshot?: (topic: string, identity: Identity) => Promise<unknown>;
  readonly inAll?: number;
  readonly perCaller?: number;
}

/**
 * The routes on a real server of their own, closed after the test. Each batch belongs to the owner its topic names, and
 * its snapshot counts how often it was asked for.
 */
export async function startEventsServer(changes: Changes = {}) {
  let now = Date.now();
  let asked = 0;
  const clock = () => new Date(now);
  const log = pino({ level: "silent" });
  const events = createEvents({ redis: null, log, now: clock });
  const { server: http } = await createHttp({
    ...{
      basePath: "",
      trustProxy: [],
      corsOrigins: ["https://page.example"],
      dialects: [],
      exposedHeaders: [],
    },
    requestTimeout: 60_000,
    logger: log,
    draining: () => false,
  });
  const settings = authSettings({ mode: changes.mode ?? "all" });
  addAuthentication(
    http,
    createAuthentication({ settings, sessionSecrets: [sessionSecret], clock: () => now, basePath: "" }),
  );
  const missed = new Set<() => void>();
  await http.register(eventStreamRoutes, {
    events: {
      subscribe(interest, listener, onMissed = () => {}) {
        missed.add(onMissed);
        return events.subscribe(interest, listener, onMissed);
      },
    },
    snapshot:
      changes.snapshot ??
      (async (topic, { owner }) => {
        asked += 1;
        return topic.startsWith(`batch/${owner}/`) ? { asked } : null;
      }),
    tickets: createTickets({ secrets: [Buffer.alloc(32, 3)], redis: null, now: clock }),
    expiresAt: ({ credentialExpiresAt }) => credentialExpiresAt,
    seesAll: () => false,
    places: createPlaces({ inAll: changes.inAll ?? 10, perCaller: changes.perCaller ?? 10 }),
    rate: null,
    now: clock,
    random: () => 0,
    heartbeatMs: 15_000,
    tickMs: 5,
  });
  const listening = await listen(http, { host: "127.0.0.1", port: 0, ports: [] });
  let closing: Promise<void> | undefined;
  const close = () => {
    events.close();
    closing ??= listening.close(60_000);
    return closing;
  };
  onTestFinished(close);

  return {
    events,
    port: listening.port,
    address: `http://127.0.0.1:${listening.port}/api/v1/events`,
    close,
    pass(milliseconds: number) {
      now += milliseconds;
    },
    missEvents() {
      for (const tell of missed) tell();
    },
    /** The header of a token that is valid for an hour. */
    async as(subject: string) {
      const token = await signLocalToken({
        secret: jwtSecret,
        subject,
        admin: false,
        lifetimeSeconds: 3600,
        now,
      });
      return { authorization: `Bearer ${token}` };
    },
  };
}
