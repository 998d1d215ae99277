import { setTimeout as wait } from "node:timers/promises";

export interface Shutdown {
  /** Ends the service; running requests may take `graceMs` more. */
  readonly close: (reason: string, graceMs: number) => Promise<void>;
  readonly drainMs: number;
  /** Tells who asks that this process ends in so many milliseconds, and goes on answering until then. */
  readonly announce: (afterMs: number) => void;
  /** How long that goes on before `close`: whoever sends requests here has to notice. */
  readonly delayMs: number;
}

/**
 * Ends this process in order: `SIGINT` (Ctrl-C) at once, `SIGTERM` and `SIGHUP` after running requests, and after those
 * that still come because a load balancer has not noticed yet. A supervisor may
 * send its signal to the process and to its parent, which passes it on, so only a second Ctrl-C is taken as "now".
 */
export function endOnSignals({ close, drainMs, announce, delayMs }: Shutdown): void {
  let ending = false;
  const end = (reason: string, graceMs: number, after = 0) => {
    if (ending && reason === "SIGINT") process.exit(130);
    if (ending) return;
    ending = true;
    announce(after);
    wait(after)
      .then(() => close(reason, graceMs))
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  };
  process.on("SIGINT", () => end("SIGINT", 0));
  process.on("SIGTERM", () => end("SIGTERM", drainMs, delayMs));
  process.on("SIGHUP", () => end("SIGHUP", drainMs, delayMs));
  // The start command holds the other end of this channel; that it closed means that the command was killed.
  const orphaned = () => end("the start command ended", drainMs);
  process.on("disconnect", orphaned);
  if (process.send && !process.connected) orphaned();
}
