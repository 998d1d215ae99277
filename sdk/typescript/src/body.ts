import { newId } from "./runtime.ts";

/** A request's body, for one attempt after the other. */
export interface RequestBody {
  /** Its media type. */
  readonly type: string;
  /** Whether it is gone once it was sent: then there is no second attempt. */
  readonly once: boolean;
  /** @param signal ends the reading of a stream: `fetch` in Node would go on, as long as there is anything to read */
  make(signal: AbortSignal): NonNullable<RequestInit["body"]>;
}

export const jsonBody = (value: unknown): RequestBody => {
  const text = JSON.stringify(value);
  return { type: "application/json", once: false, make: () => text };
};

/** Fields of a form: what is undefined is left out, lists and objects are sent as JSON. */
export type FormFields = object;

export function fieldsOf(fields: FormFields): [string, string][] {
  const entries: readonly [string, unknown][] = Object.entries(fields);
  return entries
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => [name, typeof value === "object" ? JSON.stringify(value) : String(value)]);
}

/** A form with a file, which is read as it is sent; a stream is sent once. */
export function formBody(
  fields: FormFields,
  { name, content }: { readonly name: string; readonly content: Blob | ReadableStream<Uint8Array> },
): RequestBody {
  const boundary = `fovea-${newId()}`;
  const part = (disposition: string) => `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n`;
  const type = `multipart/form-data; boundary=${boundary}`;
  // The service decides by the fields before it reads the file.
  const head = [
    ...fieldsOf(fields).map(([field, value]) => `${part(`name="${quotable(field)}"`)}\r\n${value}\r\n`),
    `${part(`name="file"; filename="${quotable(name)}"`)}Content-Type: application/octet-stream\r\n\r\n`,
  ].join("");
  const end = `\r\n--${boundary}--\r\n`;
  if (content instanceof Blob) {
    // No FormData: Node 24 ends the whole process where a file that it reads for one has changed.
    const form = new Blob([head, content, end]);
    return { type, once: false, make: () => form };
  }
  const encoder = new TextEncoder();
  return {
    type,
    once: true,
    make: (signal) =>
      content.pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
          start: (controller) => controller.enqueue(encoder.encode(head)),
          flush: (controller) => controller.enqueue(encoder.encode(end)),
        }),
        { signal },
      ),
  };
}

/** A stream as it is, which can be sent once. */
export const streamBody = (type: string, content: ReadableStream<Uint8Array>): RequestBody => ({
  type,
  once: true,
  make: (signal) => content.pipeThrough(new TransformStream(), { signal }),
});

/** As browsers write it: a file name must not end the header that it is in. */
const quotable = (name: string) =>
  name.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
