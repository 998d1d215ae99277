import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { Authentication } from "./platform/auth/authenticate.ts";
import { createEvents, type Events } from "./platform/events/events.ts";
import { createPlaces } from "./platform/events/places.ts";
import type { EventStreamOptions } from "./platform/events/routes.ts";
import { createSockets, type Sockets } from "./platform/events/sockets/sockets.ts";
import { createTickets } from "./platform/events/tickets.ts";
import { createTopics, type Topic } from "./platform/events/topics.ts";
import { gauge, type Metrics } from "./platform/metrics.ts";
import type { Secrets } from "./platform/secrets.ts";

export interface LiveEvents {
  readonly events: Events;
  /** For streams and sockets alike. */
  streams(topics: readonly Topic[]): EventStreamOptions;
  /** Socket.IO and `/ws`, as the API of icons documents them. */
  sockets(topics: readonly Topic[], authentication: Authentication): Sockets;
  /** Sends what waits. To be called when nothing publishes any more, and before Redis is closed. */
  close(): void;
}

/** One connection takes some 45 KB (`npm run bench -- events`), and each event is written to all that follow it. */
const limits = { inAll: 5_000, perCaller: 100 };
/** Of one caller: an office behind one address reconnects at once when the service was away. */
const rate = { max: 300, windowMs: 60_000 };

/** What the API of icons documents: to its clients these names mean these payloads, and those of other work differ. */
const socketEvents = new Set(["batch_progress", "job_output", "job_completed", "job_progress", "job_failed"]);

/** What happens, told while it happens. */
export function composeEvents(
  logger: Logger,
  parts: { readonly redis: Redis | null; readonly secrets: Secrets; readonly metrics: Metrics },
): LiveEvents {
  const { redis, secrets, metrics } = parts;
  const now = () => new Date();
  const events = createEvents({ redis, log: logger, now });
  const tickets = createTickets({ secrets: secrets.ticketSecrets, redis, now });
  const places = createPlaces(limits);
  gauge(
    metrics,
    "fovea_event_subscribers",
    "What is followed by live connections. Of this process.",
    events.subscribers,
  );
  gauge(
    metrics,
    "fovea_event_connections",
    "Live connections, of 5,000 at most. Of this process.",
    places.taken,
  );
  // What somebody may follow is decided by the snapshot, which shows what they may read: media jobs and analysis batches
  // of others too.
  const seesAll = () => true;
  return {
    events,
    streams: (topics) => ({
      ...{ events, tickets, places, rate, seesAll, now, random: Math.random },
      snapshot: createTopics(topics),
      expiresAt: ({ credentialExpiresAt }) => credentialExpiresAt,
    }),
    sockets: (topics, authentication) =>
      createSockets({
        ...{ events, authentication, places, seesAll, now, log: logger },
        snapshot: createTopics(topics),
        snapshotEvent: "batch_progress",
        topicOf: (batchId) => `icons/${batchId}`,
        tells: ({ topic, name }) => topic.startsWith("icons/") && socketEvents.has(name),
      }),
    close: events.close,
  };
}
