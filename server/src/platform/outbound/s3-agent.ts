import { Agent, buildConnector } from "undici";
import { s3DialFailure } from "./s3-failures.ts";

const connectMs = 10_000;

/**
 * Connections to servers that the operator configured. They are often in a private network, so they are not held to the
 * address rules for what users give.
 */
export function createS3Agent(): Agent {
  const dial = buildConnector({ timeout: connectMs, allowH2: false });
  return new Agent({
    // Here a failed dial can still be told from a connection that broke.
    connect: (options, done) =>
      dial(options, (error, socket) => {
        if (error) done(s3DialFailure(error, options.protocol === "https:"), null);
        else done(null, socket);
      }),
    // One request at a time on a connection: a cap that is passed closes it, and must be nobody else's.
    allowH2: false,
    pipelining: 1,
    // Whoever asks sets a deadline.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}
