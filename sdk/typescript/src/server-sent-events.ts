/** One event of a stream: its name, and its data as it came. */
export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
}

/**
 * Reads `text/event-stream` (WHATWG HTML, 9.2) from pieces of bytes, wherever they are cut. Comments are not told of, but
 * every piece is heard of, which is how silence is told from a quiet stream.
 */
export async function* readServerSentEvents(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  let event = "";
  let data: string[] = [];
  for await (const piece of pieces) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0) yield { event: event === "" ? "message" : event, data: data.join("\n") };
        event = "";
        data = [];
        continue;
      }
      // `s`: to a dot alone U+2028 is the end of a line, and JSON has it as it is.
      const [, field, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (field === "event") event = value;
      else if (field === "data") data.push(value);
    }
  }
}
