import type { Socket } from "node:net";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

/** How a request ended. */
type Outcome =
  | { readonly state: "answered"; readonly status: number }
  /** The connection was closed before the answer was sent. No status: nobody received one. */
  | { readonly state: "client_gone" };

export type OutcomeListener = (outcome: Outcome, request: FastifyRequest, reply: FastifyReply) => void;

/**
 * Tells how each request ended, once. Call it before any other hook is added: a hook that refuses a request keeps those
 * behind it from seeing the request.
 *
 * @param answeredBelow status that was written to a socket past its request: that of an upload which broke or took too
 * long
 */
export function watchOutcomes(
  http: FastifyInstance,
  answeredBelow: (socket: Socket) => number | undefined,
  tell: OutcomeListener,
): void {
  http.addHook("onRequest", async (request, reply) => {
    let finished = false;
    // A socket remembers its address past its end only when it was asked for it before.
    void request.raw.socket.remoteAddress;
    reply.raw.once("finish", () => {
      finished = true;
    });
    // Fastify's own `onRequestAbort` does not hear of a client that leaves after its body was read.
    reply.raw.once("close", () => {
      if (finished) return;
      const status = answeredBelow(request.raw.socket);
      tell(status === undefined ? { state: "client_gone" } : { state: "answered", status }, request, reply);
    });
  });
  http.addHook("onResponse", async (request, reply) => {
    tell({ state: "answered", status: reply.statusCode }, request, reply);
  });
}
