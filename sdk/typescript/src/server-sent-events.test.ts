import { expect, test } from "vitest";
import { readServerSentEvents } from "./server-sent-events.ts";

async function read(...pieces: readonly (string | Uint8Array)[]) {
  async function* stream() {
    for (const piece of pieces) yield typeof piece === "string" ? new TextEncoder().encode(piece) : piece;
  }
  const events: string[] = [];
  for await (const { event, data } of readServerSentEvents(stream())) events.push(`${event}|${data}`);
  return events;
}

test.each<[what: string, text: string, events: string[]]>([
  ["an event", "event: a\ndata: 1\n\n", ["a|1"]],
  ["one without a name", "data: 1\n\n", ["message|1"]],
  ["without a blank", "event:a\ndata:1\n\n", ["a|1"]],
  ["with two blanks, of which one is data", "data:  1\n\n", ["message| 1"]],
  ["data on several lines", "data: 1\ndata: 2\n\n", ["message|1\n2"]],
  ["data that is empty", "data\n\n", ["message|"]],
  ["comments, ids and retries", ": still there\n\nid: 7\nretry: 10\nevent: a\n: here\ndata: 1\n\n", ["a|1"]],
  ["a name alone", "event: a\n\ndata: 1\n\n", ["message|1"]],
  ["line ends of other systems", "event: a\r\ndata: 1\r\n\r\nevent: b\rdata: 2\r\r ", ["a|1", "b|2"]],
  ["a colon in data", 'data: {"a":1}\n\n', ['message|{"a":1}']],
  [
    "what only looks like the end of a line",
    "data: a\u2028b\u2029c\u0085d\n\n",
    ["message|a\u2028b\u2029c\u0085d"],
  ],
  ["one that is not whole", "data: 1\n\ndata: 2\n", ["message|1"]],
  ["a mark of byte order", "\ufeffdata: 1\n\n", ["message|1"]],
])("%s", async (_, text, events) => {
  expect(await read(text)).toEqual(events);
  // However the network cuts it.
  const bytes = new TextEncoder().encode(text);
  expect(await read(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(events);
});
