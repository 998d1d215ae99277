import type { FastifyReply } from "fastify";
import { AppError } from "../errors.ts";

/** Fires when the connection closes unanswered, with the error that work for nobody ends with. */
export function callerSignal(reply: FastifyReply): AbortSignal {
  const leaving = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) leaving.abort(callerLeft());
  });
  return leaving.signal;
}

/** Nobody reads it: 499 keeps a caller's own decision out of the log of our failures. */
const callerLeft = () =>
  new AppError({
    code: "client_closed_request",
    status: 499,
    message: "The connection was closed before the answer.",
  });
