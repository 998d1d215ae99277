/** How far a model is, by what it writes as it works. */
interface Progress {
  /** From 0 to 1; null where it writes nothing of that kind. */
  readonly progress: number | null;
  /** "12 of 28"; null where it does not count. */
  readonly note: string | null;
}

/** Logs grow with each step, and only their end counts. */
const lastCharacters = 4_000;

/** The bar that nearly every model written in Python draws: " 25%|██▌       | 7/28 [00:02<00:06,  3.33it/s]". */
const bar = /(\d{1,3})%\|[^|]{0,200}\|\s*(?:(\d{1,6})\/(\d{1,6})\b)?/;
const percent = /(?:^|[^\d.])(\d{1,3}(?:\.\d+)?)\s?%/;
const count = /\b(?:step|iteration|frame|tile)\s*[:#]?\s*(\d{1,6})\s*(?:\/|of)\s*(\d{1,6})\b/i;

export function progressIn(logs: string): Progress {
  // A bar is drawn over itself with a carriage return.
  const lines = logs.slice(-lastCharacters).split(/[\r\n]+/);
  for (const line of lines.reverse()) {
    // What was asked for may speak of percents too.
    if (/^\s*(?:negative )?prompt\b/i.test(line)) continue;
    const read = readLine(line);
    if (read) return read;
  }
  return { progress: null, note: null };
}

function readLine(line: string): Progress | null {
  const [drawn, barPercent, barDone, barAll] = bar.exec(line) ?? [];
  // The count is more exact than its rounded share.
  if (drawn !== undefined && barDone !== undefined) return counted(Number(barDone), Number(barAll));
  const [counting, done, all] = count.exec(line) ?? [];
  if (counting !== undefined) return counted(Number(done), Number(all));
  const said = barPercent ?? percent.exec(line)?.[1];
  if (said === undefined || Number(said) > 100) return null;
  return { progress: Number(said) / 100, note: null };
}

const counted = (done: number, all: number): Progress | null =>
  all === 0 || done > all ? null : { progress: done / all, note: `${done} of ${all}` };
