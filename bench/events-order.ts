/** What the processes of `events.bench.ts` tell each other. */
export interface ServerOrder {
  readonly redisUrl: string;
}

/** The server's answer to any message. */
export interface ServerReport {
  readonly port: number;
  readonly rssMb: number;
  readonly streams: number;
}

export interface ClientOrder {
  readonly port: number;
  readonly topic: string;
  /** Streams of readers that read. */
  readonly reading: number;
  readonly idleTopic: string;
  /** Of readers that never do. */
  readonly idle: number;
}

/** Once all are open, and then once an event has got to all that read. */
export interface ClientReport {
  /** When each of them got it: milliseconds of the system's monotonic clock. */
  readonly times: readonly number[];
}

/** The same clock in every process of a machine. */
export const clockMs = (): number => Number(process.hrtime.bigint()) / 1e6;
