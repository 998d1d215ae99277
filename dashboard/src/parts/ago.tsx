import { dateTime, timeAgo } from "./format.ts";

/**
 * How long ago something was; the moment itself is shown to whoever points at it.
 *
 * @param at ISO 8601
 */
export function Ago({ at, now }: { readonly at: string; readonly now?: number }) {
  return (
    <time dateTime={at} title={dateTime(at)}>
      {timeAgo(at, now)}
    </time>
  );
}
