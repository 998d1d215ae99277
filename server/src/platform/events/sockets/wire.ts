/** Tells the sender of one message what became of it. */
export type Answer = (result: {
  readonly ok: boolean;
  readonly batch_id: string | null;
  readonly message?: string;
}) => void;

/** One connection, as those see it who have something to say on it. */
export interface Wire {
  emit(event: string, data: unknown): void;
  /** Whether what was said has left for the client; it is told to the session when that becomes so. */
  caughtUp(): boolean;
  /** Asks whether somebody is there, and cuts off who did not answer the last time. */
  beat(): void;
  /** Closes after what was said. */
  close(): void;
  /** Closes now. */
  cut(): void;
}

/** Of one message of a client, which has batches to join and nothing else to say. */
export const mostMessageBytes = 16 * 1024;
