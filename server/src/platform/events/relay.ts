import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { type LiveEvent, liveEvent } from "./live-event.ts";

export interface RelayOptions {
  /** Publishes; a connection of its own, made of it, listens. */
  readonly redis: Redis;
  readonly channel: string;
  /** Of this process: its own messages come back, and are left alone. */
  readonly instance: string;
  readonly log: Pick<Logger, "warn">;
  readonly receive: (event: LiveEvent) => void;
  /** Events of other processes may have been lost. */
  readonly missed: () => void;
}

/** In place of an event: of the sender's last ones some did not get to Redis. */
const lossNotice = "lost";

/**
 * Carries events between processes. Redis keeps no message for who is away; so after every outage, of the listening or
 * of the publishing side, those who follow are told to look for themselves.
 */
export function createRelay(options: RelayOptions) {
  const { redis, channel, instance, log, receive, missed } = options;
  let lost = false;
  let closed = false;

  function publish(text: string): void {
    redis.publish(channel, `${instance}\n${text}`).then(
      () => {
        if (lost) tellOfLoss();
      },
      (error: unknown) => {
        if (!lost) log.warn({ err: error }, "redis is out of reach; other processes miss live events");
        lost = true;
      },
    );
  }

  function tellOfLoss(): void {
    lost = false;
    publish(lossNotice);
  }

  const back = () => {
    if (lost) tellOfLoss();
  };
  redis.on("ready", back);

  // It is in no hurry: what the other connection gives up at once, this one waits for.
  const listening = redis.duplicate({
    maxRetriesPerRequest: null,
    enableOfflineQueue: true,
    autoResubscribe: false,
    commandTimeout: undefined,
  });
  // The connection that publishes goes to the same server, and says what is wrong with it.
  listening.on("error", () => {});
  listening.on("ready", () => {
    listening.subscribe(channel).then(missed, (error: unknown) => {
      if (!closed) log.warn({ err: error }, "live events of other processes are not heard");
    });
  });
  listening.on("message", (_channel: string, message: string) => {
    const end = message.indexOf("\n");
    if (message.slice(0, end) === instance) return;
    const text = message.slice(end + 1);
    if (text === lossNotice) {
      missed();
      return;
    }
    const event = liveEvent.safeParse(parsed(text));
    if (event.success) receive(event.data);
    else log.warn("another process published a live event that is none here");
  });

  return {
    send: (event: LiveEvent): void => publish(JSON.stringify(event)),
    close(): void {
      closed = true;
      redis.off("ready", back);
      listening.disconnect();
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
