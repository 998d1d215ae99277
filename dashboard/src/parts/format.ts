/** How numbers and times are written, everywhere the same. */

const whole = new Intl.NumberFormat("en");
const oneDigit = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

export const count = (number: number): string => whole.format(number);

/** @param noun in the singular; its plural takes an s unless `plural` says otherwise */
export const counted = (number: number, noun: string, plural = `${noun}s`): string =>
  `${whole.format(number)} ${number === 1 ? noun : plural}`;

/** @param number from 0 to 100 */
export const percent = (number: number): string => `${oneDigit.format(number)} %`;

/** Decimal units, as shops and providers count. */
export function bytes(number: number): string {
  if (number < 1_000) return `${number} B`;
  for (const [unit, size] of [
    ["GB", 1e9],
    ["MB", 1e6],
    ["KB", 1e3],
  ] as const) {
    if (number >= size) return `${oneDigit.format(number / size)} ${unit}`;
  }
  return `${number} B`;
}

/** US dollars; small amounts keep two digits that say something. */
export function money(dollars: number): string {
  if (dollars === 0) return "$0";
  const digits = dollars >= 0.1 ? 2 : Math.min(6, 1 - Math.floor(Math.log10(Math.abs(dollars))));
  return `$${dollars.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: Math.max(2, digits) })}`;
}

/** @param seconds 95 is written as `1 min 35 s` */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1_000)} ms`;
  if (seconds < 10) return `${oneDigit.format(seconds)} s`;
  const rounded = Math.round(seconds);
  if (rounded < 60) return `${rounded} s`;
  const minutes = Math.floor(rounded / 60);
  if (minutes < 60) return rounded % 60 === 0 ? `${minutes} min` : `${minutes} min ${rounded % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${counted(Math.round(hours / 24), "day")}`;
}

/** About as long: a quarter less to a third more, in units that people plan with. */
export function durationRange(seconds: number): string {
  const [low, high] = [seconds * 0.75, seconds * 1.33];
  if (high < 60) return "less than a minute";
  const unit =
    high < 5_400
      ? (["min", 60] as const)
      : high < 172_800
        ? (["h", 3_600] as const)
        : (["days", 86_400] as const);
  const [from, to] = [Math.max(1, Math.round(low / unit[1])), Math.max(1, Math.round(high / unit[1]))];
  return from === to ? `about ${to} ${unit[0]}` : `about ${from}–${to} ${unit[0]}`;
}

/** @param iso ISO 8601 */
export function timeAgo(iso: string, now = Date.now()): string {
  const seconds = Math.round((now - Date.parse(iso)) / 1_000);
  const text = (number: number, unit: string) =>
    seconds >= 0 ? `${number} ${unit} ago` : `in ${number} ${unit}`;
  const distance = Math.abs(seconds);
  if (distance < 5) return "just now";
  if (distance < 60) return text(distance, "s");
  if (distance < 3_600) return text(Math.round(distance / 60), "min");
  if (distance < 172_800) return text(Math.round(distance / 3_600), "h");
  return text(Math.round(distance / 86_400), "days");
}

const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

/** In the zone of whoever reads it. @param iso ISO 8601 */
export const dateTime = (iso: string): string => moment.format(new Date(iso));
