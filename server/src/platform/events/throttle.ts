import type { LiveEvent } from "./live-event.ts";

/** Progress of one name in one topic. */
interface Slot {
  /** The newest since the last one was sent. */
  waiting: LiveEvent | null;
  timer: NodeJS.Timeout;
}

export interface Throttle {
  take(event: LiveEvent): void;
  /** Sends what waits, and nothing afterwards. */
  close(): void;
}

/**
 * Lets progress of each name and topic through once in `everyMs` at most: the first at once, and of those that follow
 * the last. Facts are never held up; before an end, the progress that waits is sent, and after it none for two turns:
 * with several processes at one batch, another one's last progress may be on its way yet, and would undo the end on the
 * screen. A fact in between means that things go on.
 */
export function createThrottle(everyMs: number, send: (event: LiveEvent) => void): Throttle {
  const topics = new Map<string, Map<string, Slot>>();
  const ended = new Map<string, NodeJS.Timeout>();

  function resume(topic: string): void {
    clearTimeout(ended.get(topic));
    ended.delete(topic);
  }

  function flush(topic: string): void {
    const slots = topics.get(topic);
    topics.delete(topic);
    for (const { waiting, timer } of slots?.values() ?? []) {
      clearTimeout(timer);
      if (waiting) send(waiting);
    }
  }

  function wait(topic: string, name: string): void {
    const slots = topics.get(topic) ?? new Map<string, Slot>();
    topics.set(topic, slots);
    const timer = setTimeout(() => {
      const { waiting } = slots.get(name) ?? {};
      slots.delete(name);
      if (slots.size === 0) topics.delete(topic);
      if (!waiting) return;
      wait(topic, name);
      send(waiting);
    }, everyMs);
    slots.set(name, { waiting: null, timer });
  }

  return {
    take(event) {
      const { topic, name, kind } = event;
      if (kind === "progress") {
        if (ended.has(topic)) return;
        const slot = topics.get(topic)?.get(name);
        if (slot) {
          slot.waiting = event;
          return;
        }
        wait(topic, name);
      } else {
        resume(topic);
      }
      if (kind === "end") {
        flush(topic);
        const over = setTimeout(() => ended.delete(topic), 2 * everyMs);
        ended.set(topic, over);
      }
      send(event);
    },

    close() {
      for (const topic of [...topics.keys()]) flush(topic);
      for (const topic of [...ended.keys()]) resume(topic);
    },
  };
}
