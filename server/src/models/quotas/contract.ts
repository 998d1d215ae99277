/** A thousand requests a second: as good as no limit, for a server of one's own. */
export const unlimitedPerMinute = 60_000;

/** What a provider allows a quota group, such as a Gemini project. null = not limited. */
export interface QuotaLimits {
  readonly requestsPerMinute: number;
  readonly requestsPerDay: number | null;
  readonly tokensPerMinute: number | null;
  /** Requests under way at a time, counted in each process by itself. */
  readonly concurrency: number | null;
}

export interface QuotaKey {
  /** A hash, the same in every process; never the key. */
  readonly id: string;
  /** Masked, for people; tells the keys of a set apart. */
  readonly label: string;
  /** Null where the provider asks for no key. */
  readonly secret: string | null;
}

/** Keys that share their limits. */
export interface KeyGroup {
  readonly name: string;
  readonly keys: readonly QuotaKey[];
}

export interface QuotaGroup extends KeyGroup {
  readonly limits: QuotaLimits;
}

export interface QuotaAsk {
  /** Estimate of what the request will cost; corrected when the slot is settled. */
  readonly tokens: number;
  readonly signal: AbortSignal;
  /** How long to wait for a slot; whoever would wait longer is told until when. */
  readonly patienceMs: number;
}

/** Nothing is sent without one. It is for one request, to be sent at once. */
export interface Slot {
  readonly group: string;
  readonly key: QuotaKey;
  /** Its time has passed so long ago that what is sent now would come together with what is sent after it. */
  isLate(): boolean;
  /** Tells how the request ended. Exactly once; further calls do nothing. */
  settle(end: SlotEnd): Promise<void>;
}

export type SlotEnd =
  /** @param tokens as the provider counted them; null where it did not say */
  | { readonly as: "answered"; readonly tokens: number | null }
  | RateLimited
  /** The provider does not know the key any more, or does not let it in. */
  | { readonly as: "key_unusable"; readonly reason: string }
  /**
   * No answer, or an error of the provider's: counts against the key, not against its neighbours. Where nothing was sent,
   * the slot is given back all the same.
   */
  | { readonly as: "failed"; readonly reason?: string; readonly unsent?: boolean }
  /** It was sent, and given up by us: says nothing of the key. */
  | { readonly as: "abandoned" }
  /** Nothing was sent. */
  | { readonly as: "unused" };

export interface RateLimited {
  readonly as: "rate_limited";
  readonly scope: "minute" | "day" | "unknown";
  /** The provider's own delay, where it gave one. */
  readonly retryAfterMs: number | null;
}

/** No slot before `waitUntil`. `reason` is a sentence for people. */
export interface WaitUntil {
  readonly waitUntil: Date;
  readonly reason: string;
}

/** No key of any group is accepted any more; a sentence that names them, masked. */
export interface Unusable {
  readonly unusable: string;
}

export type QuotaAnswer = Slot | WaitUntil | Unusable;

export interface Quotas {
  /**
   * Resolves with a slot as soon as one of the groups has one, in the order of asking.
   *
   * @throws the signal's reason once it is aborted
   */
  acquire(ask: QuotaAsk): Promise<QuotaAnswer>;
  /** How fast requests can go, as far as this process knows: those that others send are not taken off. */
  pace(): Pace;
  /** How many wait for a slot, in this process. */
  waiting(): number;
  status(): Promise<QuotaStatus>;
  /**
   * Tries the key with this id again, if it was taken out. Without an id, all of them, and groups that the provider has
   * parked or slowed down as if it had said nothing. Other processes know it when they next ask for slots.
   */
  restore(keyId?: string): Promise<Restored>;
  /** Gives back what was not used. Who still waits is rejected. */
  close(): Promise<void>;
}

interface Restored {
  /** Labels of the keys that had been taken out. */
  readonly keys: readonly string[];
  /** Names of the groups that were parked. */
  readonly unparked: readonly string[];
}

export interface Pace {
  /** Requests in a millisecond; above 0. */
  readonly perMs: number;
  /** Requests under way at a time, null where they are not limited. */
  readonly atOnce: number | null;
}

export interface QuotaStatus {
  /** Whether anything was ever asked of it. */
  readonly asked: boolean;
  readonly groups: readonly GroupStatus[];
  readonly suspicions: readonly Suspicion[];
}

export interface GroupStatus {
  readonly name: string;
  readonly limits: QuotaLimits;
  /** Share of the limits in use, above 0 and up to 1. */
  readonly factor: number;
  /** The provider has refused, or the requests of the day are used up. */
  readonly parked: WaitUntil | null;
  readonly usedToday: number;
  readonly keys: readonly KeyStatus[];
}

interface KeyStatus {
  readonly id: string;
  readonly label: string;
  /** False once the provider refused it for good. */
  readonly usable: boolean;
  /** The last that went wrong with it, as this process or, for a key that is not usable, any process saw it. */
  readonly lastError: { readonly reason: string; readonly at: Date } | null;
}

/** Two groups that are always refused together. */
export interface Suspicion {
  readonly groups: readonly [string, string];
  readonly times: number;
}
