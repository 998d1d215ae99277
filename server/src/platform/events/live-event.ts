import { z } from "zod";

/**
 * - `progress`: how far something is. The newest is all that counts, so older ones may be left out.
 * - `fact`: happened once; each is told.
 * - `end`: a fact after which the topic has no more progress.
 */
type Kind = "progress" | "fact" | "end";

/** What is published. */
export interface PublishedEvent {
  /** Such as `batch_progress`: letters, digits and `_`. */
  readonly name: string;
  /** JSON. */
  readonly data: unknown;
  /** `fact` where none is given. */
  readonly kind?: Kind;
}

/** What a subscriber gets. */
export interface LiveEvent {
  /** Never given to another event. */
  readonly id: string;
  /** Such as `icons/<id>`. */
  readonly topic: string;
  readonly name: string;
  readonly data: unknown;
  readonly kind: Kind;
  /** Whose it is; null for everybody's. */
  readonly owner: string | null;
  /** When it was published: ISO 8601, UTC. */
  readonly at: string;
}

/** As it comes from another process, which may be of another version. */
export const liveEvent: z.ZodType<LiveEvent> = z.object({
  id: z.string(),
  topic: z.string(),
  name: z.string().regex(/^\w+$/),
  data: z.unknown(),
  kind: z.enum(["progress", "fact", "end"]),
  owner: z.string().nullable(),
  at: z.string(),
});

/** What a subscriber follows. */
export interface Interest {
  /** `ownerTopic(…)` stands for everything of that owner. */
  readonly topics: readonly string[];
  /** Gets what is this owner's or nobody's. */
  readonly owner: string;
  /** Gets what is somebody else's too. False. */
  readonly seesAll?: boolean;
}

/** Every event that is published to an owner is one of this topic too. */
export const ownerTopic = (owner: string): string => `owner/${owner}`;

/** What a caller calls everything of their own. */
export const ownTopic = "mine";
