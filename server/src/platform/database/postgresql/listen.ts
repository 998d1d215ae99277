import { Client, type ClientConfig, escapeIdentifier } from "pg";
import type { Guard } from "../guard.ts";
import { createListeners, type Listen } from "../listeners.ts";

export interface ListenConnection {
  readonly listen: Listen;
  close(): Promise<void>;
}

/** A connection that the network dropped without a word is noticed within this time. */
const heartbeatMs = 30_000;
const longestPauseMs = 5000;

/**
 * The connection that hears notifications: one of its own, because a pooled one belongs to somebody else most of the
 * time. It is opened for the first listener. When it is lost it is opened again, for as long as that takes, and the
 * listeners are told that there was a gap.
 *
 * @param onLoss for the log: why, each time
 */
export function createListenConnection(
  config: ClientConfig,
  guard: Guard,
  onLoss: (error: unknown) => void,
): ListenConnection {
  let current: Client | undefined;
  let pause: NodeJS.Timeout | undefined;
  let heartbeat: NodeJS.Timeout | undefined;
  let failures = 0;
  let closed = false;

  const listeners = createListeners(
    async (channel) => {
      if (current) await current.query(`listen ${escapeIdentifier(channel)}`);
      // While it is being opened again, that will listen to all channels.
      else if (!pause) await open();
    },
    async (channel) => {
      await current?.query(`unlisten ${escapeIdentifier(channel)}`).catch(() => {});
    },
  );

  async function open(): Promise<void> {
    const client = new Client({ ...config, keepAlive: true, query_timeout: 10_000 });
    client.on("notification", ({ channel, payload }) => listeners.deliver(channel, payload ?? ""));
    // An error is followed by the end; without a listener it would end the process.
    client.on("error", (error) => lose(client, error));
    client.on("end", () => lose(client, new Error("the connection ended")));
    try {
      await client.connect();
      for (const channel of listeners.channels()) await client.query(`listen ${escapeIdentifier(channel)}`);
    } catch (error) {
      client.end().catch(() => {});
      throw error;
    }
    if (closed) return void (await client.end());
    current = client;
    failures = 0;
    beat(client);
  }

  function beat(client: Client): void {
    heartbeat = setTimeout(() => {
      client.query("select 1").then(
        () => current === client && beat(client),
        (error: unknown) => lose(client, error),
      );
    }, heartbeatMs);
    heartbeat.unref();
  }

  function lose(client: Client, error: unknown): void {
    if (current !== client) return;
    current = undefined;
    clearTimeout(heartbeat);
    client.end().catch(() => {});
    if (closed) return;
    onLoss(error);
    openAgain();
  }

  function openAgain(): void {
    pause = setTimeout(
      async () => {
        try {
          await open();
          pause = undefined;
          if (!closed) listeners.reconnected();
        } catch (error) {
          failures += 1;
          onLoss(error);
          if (!closed) openAgain();
        }
      },
      Math.min(longestPauseMs, 50 * 2 ** failures),
    );
  }

  return {
    async listen(...listener) {
      guard.assertOutside();
      return listeners.listen(...listener);
    },
    async close() {
      closed = true;
      clearTimeout(pause);
      clearTimeout(heartbeat);
      await current?.end();
    },
  };
}
