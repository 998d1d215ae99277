import type { FastifyPluginAsync, FastifyReply, FastifyRequest, FastifySchema } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Identity } from "../auth/identity.ts";
import { limitTo, type Rate } from "../limits/inbound.ts";
import { credentialParameter } from "./credential-in-url.ts";
import { credentialInUrl, ticketNeedsCredential, ticketRefused, topicNotFound } from "./errors.ts";
import type { Events } from "./events.ts";
import { createFrames, retryFrame, snapshotFrame } from "./frames.ts";
import { ownerTopic, ownTopic } from "./live-event.ts";
import type { Places } from "./places.ts";
import { eventsQuery, ticketResponse } from "./schema.ts";
import { createStream } from "./stream.ts";
import { createStreams, type Member } from "./streams.ts";
import { type Holder, type Tickets, ticketSeconds } from "./tickets.ts";

export interface EventStreamOptions {
  readonly events: Pick<Events, "subscribe">;
  /**
   * How things are now at a topic, in JSON; null for one that there is not, or that is not this caller's. An
   * {@link AppError} that it throws is the answer.
   */
  readonly snapshot: (topic: string, identity: Identity) => Promise<unknown>;
  readonly tickets: Tickets;
  /** When the credential of a request ends: milliseconds since the epoch; null for one without an end. */
  readonly expiresAt: (request: FastifyRequest) => number | null;
  /** Who gets events of others too, at topics that a snapshot let them follow. */
  readonly seesAll: (identity: Identity) => boolean;
  /** How many streams there may be; shared with whatever else holds live connections. */
  readonly places: Places;
  /** Of new streams and of tickets; null for none. */
  readonly rate: Rate | null;
  readonly now: () => Date;
  /** In [0, 1). */
  readonly random: () => number;
  /** 15 s: shorter than the patience of common proxies. */
  readonly heartbeatMs?: number;
  /** How often streams are looked after. 1 s. */
  readonly tickMs?: number;
}

const tags = ["events"];
const path = "/api/v1/events";

/** Live events by Server-Sent Events: how things are, and then what happens. */
export const eventStreamRoutes: FastifyPluginAsync<EventStreamOptions> = async (scope, options) => {
  const { events, places, tickets, now, heartbeatMs = 15_000, tickMs = 1_000 } = options;
  const http = scope.withTypeProvider<ZodTypeProvider>();
  const streams = createStreams({ heartbeatMs, now });
  const frameOf = createFrames();
  const limit = limitTo("events", options.rate);

  const ticking = setInterval(streams.tick, tickMs);
  // Before the server waits for its connections: a stream would never end by itself.
  scope.addHook("preClose", async () => {
    clearInterval(ticking);
    places.close();
    streams.close();
  });

  async function holderOf(request: FastifyRequest, ticket: string | undefined): Promise<Holder> {
    if (ticket === undefined) return { identity: request.identity, expiresAt: options.expiresAt(request) };
    const holder = await tickets.redeem(ticket);
    if (holder === null) throw ticketRefused();
    return holder;
  }

  async function snapshotOf(topic: string, identity: Identity): Promise<Uint8Array> {
    const data = await options.snapshot(topic, identity);
    if (data === null) throw topicNotFound(topic);
    return snapshotFrame(topic, now(), data);
  }

  /** Follows the topics before their snapshots are read: nothing that happens in between is lost. */
  async function follow(reply: FastifyReply, topics: readonly string[], { identity, expiresAt }: Holder) {
    const { raw } = reply;
    const stream = createStream(raw);
    const member: Member = {
      ...{ stream, expiresAt, stale: false },
      async refresh() {
        for (const topic of topics) stream.push(await snapshotOf(topic, identity), `snapshot ${topic}`);
      },
    };
    const followed = topics.map((topic) => (topic === ownTopic ? ownerTopic(identity.owner) : topic));
    const unsubscribe = events.subscribe(
      { topics: followed, owner: identity.owner, seesAll: options.seesAll(identity) },
      (event) => {
        const { kind, topic, name } = event;
        stream.push(frameOf(event), kind === "progress" ? `${name} ${topic}` : undefined);
      },
      () => {
        member.stale = true;
      },
    );
    raw.once("close", unsubscribe);
    try {
      const snapshots = await Promise.all(topics.map((topic) => snapshotOf(topic, identity)));
      if (raw.destroyed) return;
      sendHeaders(reply);
      stream.begin([retryFrame(3_000 + Math.floor(options.random() * 2_000)), ...snapshots]);
      raw.once("close", streams.add(member));
    } catch (error) {
      unsubscribe();
      throw error;
    }
  }

  http.get(path, {
    // A HEAD would open a stream that nobody reads.
    exposeHeadRoute: false,
    config: {
      access: "open",
      ...limit,
      endless: true,
      opensWith: ({ query }) => hasTicket(query) || credentialParameter(query) !== undefined,
      describe: describeStream,
    },
    schema: {
      tags,
      operationId: "followEvents",
      summary: "How things are, and what happens from then on, as Server-Sent Events",
      description:
        "First a `snapshot` of each topic, then events by their names; the data of each is JSON with `topic`, `at` and " +
        "`data`. A stream that breaks is opened again, and begins with snapshots: what happened in between is in them. " +
        "It ends with `expired` when the credential's time is over, and with `behind` when too much was left unread. " +
        "Send the credential as `Authorization: Bearer <token>`, or use a ticket; one in the address is refused.",
      querystring: eventsQuery,
    },
    onRequest: async ({ query }) => {
      const parameter = credentialParameter(query);
      if (parameter !== undefined) throw credentialInUrl(parameter);
    },
    handler: async (request, reply) => {
      const holder = await holderOf(request, request.query.ticket);
      const topics = [...new Set([request.query.topic].flat())];
      // Nobody is there any more to give the place back.
      if (reply.raw.destroyed) return reply;
      const leave = places.take(holder.identity.limitKey ?? request.ip);
      reply.raw.once("close", leave);
      try {
        await follow(reply, topics, holder);
      } catch (error) {
        leave();
        throw error;
      }
      return reply;
    },
  });

  http.post(`${path}/tickets`, {
    config: { access: "open", ...limit },
    schema: {
      tags,
      operationId: "createEventTicket",
      summary: "A ticket that opens one stream within a minute, for clients that can send no header",
      response: { 200: ticketResponse },
    },
    handler: async (request, reply) => {
      const { identity } = request;
      if (identity.method === "anonymous") throw ticketNeedsCredential();
      reply.header("cache-control", "no-store");
      const ticket = await tickets.issue({ identity, expiresAt: options.expiresAt(request) });
      return { ticket, expires_in: ticketSeconds };
    },
  });
};

const hasTicket = (query: unknown) => typeof query === "object" && query !== null && "ticket" in query;

/** With what was set for every answer, such as the headers for pages of other origins. */
function sendHeaders(reply: FastifyReply): void {
  reply.headers({
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store, no-transform",
    // nginx would collect a stream before it passes it on.
    "x-accel-buffering": "no",
  });
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  reply.raw.writeHead(200);
}

const describeStream = (schema: FastifySchema): FastifySchema => ({
  ...schema,
  response: {
    200: {
      description: "A stream without an end.",
      content: { "text/event-stream": { schema: { type: "string" } } },
    },
  },
});
