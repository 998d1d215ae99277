import type { IncomingHttpHeaders } from "node:http";

/** What a client may know a picture by. */
export interface Validators {
  /** Strong, without its quotes. */
  readonly etag: string;
  readonly modifiedAt: Date;
}

const entityTags = /(?:W\/)?"([^"]*)"/g;

/** HTTP dates have whole seconds. */
const seconds = (time: Date | number) => Math.floor(Number(time) / 1000);

/** Whether the client has it already (RFC 9110, 13.1.2 and 13.1.3): the date counts only where no tag is sent. */
export function isNotModified(headers: IncomingHttpHeaders, { etag, modifiedAt }: Validators): boolean {
  const tags = headers["if-none-match"];
  if (tags !== undefined) {
    return tags.trim() === "*" || [...tags.matchAll(entityTags)].some(([, tag]) => tag === etag);
  }
  const since = Date.parse(headers["if-modified-since"] ?? "");
  return !Number.isNaN(since) && seconds(modifiedAt) <= seconds(since);
}

/** Whether a part of it would fit to the parts that the client has (RFC 9110, 13.1.5). */
export function isSameForRange(headers: IncomingHttpHeaders, { etag, modifiedAt }: Validators): boolean {
  const known = headers["if-range"]?.toString().trim();
  if (known === undefined) return true;
  // A weak tag says nothing of single bytes.
  if (known.includes('"')) return known === `"${etag}"`;
  return seconds(Date.parse(known)) === seconds(modifiedAt);
}
