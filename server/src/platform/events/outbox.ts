export interface Outbox<Frame> {
  /**
   * Writes the frame, or keeps it until the reader has caught up.
   *
   * @param replaces an older frame with the same mark that still waits
   * @returns false when too many wait: the reader has to begin anew
   */
  push(frame: Frame, replaces?: string): boolean;
  /** The reader has caught up. */
  resume(): void;
  readonly waiting: number;
}

/**
 * What waits for one slow reader: bounded, whatever is published. It keeps everything until it is resumed for the first
 * time.
 *
 * @param write false when the reader is behind
 */
export function createOutbox<Frame>(limit: number, write: (frame: Frame) => boolean): Outbox<Frame> {
  const waiting = new Map<string | symbol, Frame>();
  let behind = true;
  return {
    push(frame, replaces) {
      if (!behind) {
        behind = !write(frame);
        return true;
      }
      const mark = replaces ?? Symbol();
      // To its end: what happened before it must be read before it.
      waiting.delete(mark);
      if (waiting.size >= limit) return false;
      waiting.set(mark, frame);
      return true;
    },
    resume() {
      behind = false;
      for (const [mark, frame] of waiting) {
        waiting.delete(mark);
        behind = !write(frame);
        if (behind) return;
      }
    },
    get waiting() {
      return waiting.size;
    },
  };
}
