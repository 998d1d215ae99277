import type { WorkItem } from "./work-item.ts";

/** What is known of one kind, newest first. */
export interface Source {
  readonly items: readonly WorkItem[];
  /** Whether there are older ones. */
  readonly hasMore: boolean;
}

export interface Merged {
  /** Newest first. */
  readonly underWay: readonly WorkItem[];
  readonly ended: readonly WorkItem[];
  /** The kinds that have to be read on before anything older can be shown, by their place in `sources`. */
  readonly next: readonly number[];
}

/**
 * One list of several, of each of which only the newest are known: what is older than the last of a list that goes on is
 * left out, since there may be something in between.
 */
export function mergeWork(sources: readonly Source[]): Merged {
  const ends = sources.map(({ items, hasMore }) => (hasMore ? (items.at(-1)?.createdAt ?? "") : ""));
  const horizon = ends.reduce((latest, end) => (end > latest ? end : latest), "");
  const all = sources
    .flatMap(({ items }) => items)
    .sort((one, other) => (one.createdAt < other.createdAt ? 1 : one.createdAt > other.createdAt ? -1 : 0));
  return {
    underWay: all.filter(({ isOver }) => !isOver),
    ended: all.filter(({ isOver, createdAt }) => isOver && createdAt >= horizon),
    next: ends.flatMap((end, index) => (end !== "" && end === horizon ? [index] : [])),
  };
}
