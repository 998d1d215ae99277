import { count, duration } from "./units.ts";
import { textWidth } from "./visible.ts";

/** How far something is. */
export interface Standing {
  /** What is being done: `Preparing`. */
  readonly label: string;
  readonly done: number;
  /** Null where nobody knows. */
  readonly total: number | null;
  readonly perSecond: number | null;
  readonly elapsedSeconds: number;
  /** Something to say besides, such as what failed. */
  readonly note?: string | undefined;
}

const barWidth = 24;

const percent = (done: number, total: number) => (total === 0 ? 100 : Math.floor((done * 100) / total));
const rate = (perSecond: number) =>
  perSecond >= 0.95
    ? `${perSecond >= 9.5 ? count(perSecond) : perSecond.toFixed(1)}/s`
    : `${(perSecond * 60).toFixed(1)}/min`;

/** The line that is drawn over itself on a terminal, cut to its width. */
export function progressLine(standing: Standing, columns: number): string {
  const { label, done, total, perSecond, note } = standing;
  const parts =
    total === null
      ? [label, ...(done > 0 ? [count(done)] : [])]
      : [label, bar(done, total), `${percent(done, total)} %`, `${count(done)}/${count(total)}`];
  if (perSecond !== null) parts.push(rate(perSecond));
  const left = secondsLeft(standing);
  parts.push(left === null ? duration(standing.elapsedSeconds) : `ETA ${duration(left)}`);
  if (note) parts.push(note);
  return cut(parts.join("  "), columns - 1);
}

/** The same for a log: a sentence. */
export function progressSentence(standing: Standing): string {
  const { label, done, total, perSecond, note } = standing;
  const far =
    total === null ? `${count(done)}` : `${count(done)} of ${count(total)} (${percent(done, total)} %)`;
  const left = secondsLeft(standing);
  return [
    `${label}: ${total === null && done === 0 ? `${duration(standing.elapsedSeconds)} so far` : far}`,
    ...(perSecond === null ? [] : [rate(perSecond)]),
    ...(left === null || left < 1 ? [] : [`about ${duration(left)} left`]),
    ...(note ? [note] : []),
  ].join(", ");
}

function secondsLeft({ done, total, perSecond }: Standing): number | null {
  return total === null || perSecond === null || done >= total ? null : (total - done) / perSecond;
}

function bar(done: number, total: number): string {
  const filled = total === 0 ? barWidth : Math.min(barWidth, Math.floor((done / total) * barWidth));
  return `[${"#".repeat(filled)}${"-".repeat(barWidth - filled)}]`;
}

/** A line that is wider than the terminal would be broken, and then not be drawn over. */
function cut(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let kept = "";
  let width = 0;
  for (const character of text) {
    width += textWidth(character);
    if (width > columns) break;
    kept += character;
  }
  return kept;
}
