import { pino } from "pino";
import { onTestFinished } from "vitest";
import { createAuthentication } from "../../../auth/authenticate.ts";
import { addAuthentication } from "../../../auth/hook.ts";
import { signLocalToken } from "../../../auth/local-token.ts";
import type { AuthSettings } from "../../../auth/settings.ts";
import { authSettings, jwtSecret, sessionSecret } from "../../../auth/testing/settings.ts";
import { createHttp } from "../../../http/http.ts";
import { listen } from "../../../http/listen.ts";
import { createEvents } from "../../events.ts";
import { createPlaces } from "../../places.ts";
import { createSockets } from "../sockets.ts";

interface Changes {
  readonly mode?: AuthSettings["mode"];
  readonly basePath?: string;
  readonly snapshot?: (topic: string) => Promise<unknown>;
  readonly inAll?: number;
  readonly perCaller?: number;
  readonly graceMs?: number;
  readonly progressEveryMs?: number;
}

/** How a batch of the tests is said to be. */
export const progressOf = (id: string, completed: number) => ({
  batch_id: id,
  progress: completed * 10,
  current_category: "tools",
  completed,
  total: 10,
});

/**
 * The sockets on a real server of their own with two ports, closed after the test. A batch belongs to the owner that its
 * id begins with: `ann-1` is one of Ann's.
 */
export async function startSocketsServer(changes: Changes = {}) {
  const { mode = "contract", basePath = "" } = changes;
  let now = Date.now();
  const clock = () => new Date(now);
  const lines: string[] = [];
  const log = pino({ level: "debug" }, { write: (line) => lines.push(line) });
  const events = createEvents({
    ...{ redis: null, log, now: clock },
    progressEveryMs: changes.progressEveryMs ?? 500,
  });
  const missed = new Set<() => void>();
  const { server: http } = await createHttp({
    ...{ basePath, trustProxy: [], corsOrigins: ["https://page.example"], dialects: [], exposedHeaders: [] },
    requestTimeout: 60_000,
    logger: log,
    draining: () => false,
  });
  const settings = authSettings({ mode });
  const authentication = createAuthentication({
    settings,
    sessionSecrets: [sessionSecret],
    clock: () => now,
    basePath,
  });
  addAuthentication(http, authentication);
  const sockets = createSockets({
    ...{ authentication, log, now: clock },
    events: {
      subscribe(interest, listener, onMissed = () => {}) {
        missed.add(onMissed);
        return events.subscribe(interest, listener, onMissed);
      },
    },
    snapshot: async (topic, { owner }) => {
      const id = topic.slice("icons/".length);
      if (!id.startsWith(`${owner}-`)) return null;
      return changes.snapshot ? changes.snapshot(topic) : progressOf(id, 3);
    },
    snapshotEvent: "batch_progress",
    topicOf: (batchId) => `icons/${batchId}`,
    tells: ({ topic, name }) => topic.startsWith("icons/") && /^(batch_progress|job_\w+)$/.test(name),
    seesAll: () => false,
    places: createPlaces({ inAll: changes.inAll ?? 20, perCaller: changes.perCaller ?? 20 }),
    tickMs: 5,
  });
  await http.register(sockets.routes, { prefix: basePath });
  http.get(`${basePath}/plain`, { config: { access: "public" } }, async () => ({ plain: true }));
  const listening = await listen(http, { host: "127.0.0.1", port: 0, ports: [0] });
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= listening.close(changes.graceMs ?? 60_000);
    return closing.finally(() => events.close());
  };
  onTestFinished(close);

  return {
    ...{ events, sockets, close, lines, authentication },
    /** Two: of the service, and a further one. */
    ports: listening.ports,
    origin: `http://127.0.0.1:${listening.port}`,
    pass(milliseconds: number) {
      now += milliseconds;
    },
    missEvents() {
      for (const tell of missed) tell();
    },
    /** A token that is valid for an hour. */
    tokenOf: (subject: string) =>
      signLocalToken({ secret: jwtSecret, subject, admin: false, lifetimeSeconds: 3600, now }),
    /** What happens to a batch of its owner. */
    publish(id: string, name: string, data: unknown = { job_id: id }, kind?: "progress" | "fact" | "end") {
      const [owner = ""] = id.split("-");
      events.publish(`icons/${id}`, { name, data, ...(kind && { kind }) }, { owner });
    },
  };
}
