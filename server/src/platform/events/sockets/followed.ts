import type { LiveEvent } from "../live-event.ts";

interface FollowedOptions {
  /** So many topics. */
  readonly most: number;
  /** So many events may be held back for one of them. */
  readonly mostHeld: number;
  /** @returns ends it */
  readonly subscribe: (topic: string, listener: (event: LiveEvent) => void) => () => void;
  readonly tell: (event: LiveEvent) => void;
  /** More is held back than may be. */
  readonly overflow: () => void;
}

interface Entry {
  /** What happened since somebody began to look how things are; null when nobody looks. */
  held: LiveEvent[] | null;
  readonly leave: () => void;
}

/** The topics that one connection joined. Whose state is being read is silent until that was told. */
export function createFollowed({ most, mostHeld, subscribe, tell, overflow }: FollowedOptions) {
  const entries = new Map<string, Entry>();

  function add(topic: string): Entry {
    const entry: Entry = {
      held: null,
      leave: subscribe(topic, (event) => {
        if (entry.held === null) tell(event);
        else if (entry.held.push(event) > mostHeld) overflow();
      }),
    };
    entries.set(topic, entry);
    return entry;
  }

  return {
    has: (topic: string) => entries.has(topic),
    topics: () => [...entries.keys()],

    /** Follows a topic and holds back what happens. @returns false when there are too many */
    hold(topic: string): boolean {
      if (!entries.has(topic) && entries.size >= most) return false;
      const entry = entries.get(topic) ?? add(topic);
      entry.held ??= [];
      return true;
    },

    /** Tells what was held back, and what happens from now on. */
    release(topic: string): void {
      const entry = entries.get(topic);
      const held = entry?.held ?? [];
      if (entry) entry.held = null;
      for (const event of held) tell(event);
    },

    /** @param yet which of what was held back is told all the same */
    drop(topic: string, yet: (event: LiveEvent) => boolean = () => true): void {
      const entry = entries.get(topic);
      entries.delete(topic);
      entry?.leave();
      for (const event of entry?.held ?? []) if (yet(event)) tell(event);
    },

    clear(): void {
      for (const { leave } of entries.values()) leave();
      entries.clear();
    },
  };
}
