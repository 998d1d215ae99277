/** `pending` includes those that are under way, and those that wait for their next attempt. */
export type DeliveryState = "pending" | "delivered" | "failed" | "disabled";

/** One event for one receiver, without its URL's credentials and query. */
export interface Delivery {
  /** The `webhook-id`: the same in all attempts. */
  readonly id: string;
  readonly topic: string;
  readonly owner: string;
  readonly event: string;
  readonly url: string;
  readonly state: DeliveryState;
  /** Attempts begun so far. */
  readonly attempts: number;
  /** Whether one is under way. */
  readonly attempting: boolean;
  /** When the next one may begin; null where there is none. */
  readonly nextAttemptAt: Date | null;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
  /** Those that ended, in their order: the last ten in a list, the last hundred of a single one. */
  readonly log: readonly Attempt[];
  /** The last of them. */
  readonly lastAttempt: Attempt | null;
}

export interface DeliveryDetails extends Delivery {
  /** Exactly what is sent. */
  readonly body: string;
}

/** An attempt that has ended. */
export interface Attempt {
  readonly number: number;
  readonly begunAt: Date;
  readonly tookMs: number;
  readonly delivered: boolean;
  /** Of the answer; null where there was none, or none that was looked at. */
  readonly status: number | null;
  /** `http_status`, `redirected`, `gone`, or a code of `platform/outbound`; null where it was delivered. */
  readonly code: string | null;
  /** A sentence for people; null where it was delivered. */
  readonly reason: string | null;
  /** The beginning of the answer, at most 1 KB; null where there was nothing. */
  readonly excerpt: string | null;
}
