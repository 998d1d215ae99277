import { createPace } from "./pace.ts";
import { progressLine, progressSentence, type Standing } from "./progress-text.ts";

export interface Progress {
  /** @param total null where nobody knows */
  show(standing: Pick<Standing, "done" | "total" | "note">): void;
  /** Takes the line off the screen until the next look. */
  hide(): void;
  end(): void;
}

export interface Screen {
  /** Whether a line can be drawn over itself. */
  readonly moving: boolean;
  readonly columns: number;
  write(text: string): void;
}

const drawEveryMs = 100;
/** In a log, where each line stays. */
const sayEveryMs = 5000;
const clear = "\r\u001b[2K";

/** @param screen null where nothing shall be shown */
export function createProgress(options: {
  readonly label: string;
  readonly screen: Screen | null;
  readonly now: () => number;
}): Progress {
  const { label, screen, now } = options;
  if (screen === null) return { show() {}, hide() {}, end() {} };
  const pace = createPace(now);
  const startedAt = now();
  let standing: Standing = { label, done: 0, total: null, perSecond: null, elapsedSeconds: 0 };
  let shownAt = screen.moving ? Number.NEGATIVE_INFINITY : startedAt;
  let changed = false;
  let drawn = false;
  let ended = false;

  function look(): void {
    if (ended) return;
    if (now() - shownAt < (screen?.moving ? drawEveryMs : sayEveryMs)) return;
    shownAt = now();
    standing = { ...standing, elapsedSeconds: (now() - startedAt) / 1000 };
    if (screen?.moving) {
      screen.write(clear + progressLine(standing, screen.columns));
      drawn = true;
    } else if (changed) screen?.write(`${progressSentence(standing)}\n`);
    changed = false;
  }

  function hide(): void {
    if (drawn) screen?.write(clear);
    drawn = false;
  }

  // What waits says nothing, and its time passes all the same.
  const timer = setInterval(look, 500);
  timer.unref();
  return {
    show(next) {
      changed ||= next.done !== standing.done || next.note !== standing.note;
      standing = { ...standing, ...next, perSecond: pace.at(next.done) };
      look();
    },
    hide,
    end() {
      ended = true;
      clearInterval(timer);
      hide();
    },
  };
}
