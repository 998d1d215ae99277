import { type FormFields, fieldsOf, formBody, jsonBody, type RequestBody, streamBody } from "./body.ts";
import { type CsvRecord, csvOf } from "./csv.ts";
import { builtin, isNode } from "./runtime.ts";
import { streamOf } from "./stream-of.ts";

/** A file, wherever it is. A path is read as it is sent, and needs Node.js. */
export type FileInput =
  | Blob
  | ArrayBuffer
  | Uint8Array
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | Response
  | URL
  | { readonly path: string; readonly name?: string | undefined };

/** A picture: a file, a `data:` URL, `asset://<id>` of a picture that the service has stored, or, in Node.js, a path. */
export type ImageInput = FileInput | string;

/** Of these each can be sent more than once. */
export type RepeatableImage = Exclude<
  ImageInput,
  ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | Response
>;

/** A table: a CSV file, by its path too (in Node.js), or the rows that one is made of. */
export type TableInput = FileInput | string | readonly string[] | readonly CsvRecord[];

/** A picture and its options as a request: as it is, without base64, but where it is named rather than sent. */
export async function imageRequest(
  image: ImageInput,
  options: FormFields,
  asJson: (image: string) => unknown,
): Promise<{ body: RequestBody; query: Record<string, string> }> {
  if (typeof image === "string" && /^(data|asset):/i.test(image)) {
    return { body: jsonBody(asJson(image)), query: {} };
  }
  const { content } = await open(image);
  const query = Object.fromEntries(fieldsOf(options));
  // The service looks at the bytes, whatever their type is said to be; a form's or JSON's it would read as one.
  const type = "application/octet-stream";
  if (content instanceof ReadableStream) return { query, body: streamBody(type, content) };
  return { query, body: { type, once: false, make: () => content } };
}

/** A table and its options as a form. */
export async function tableRequest(table: TableInput, fields: FormFields): Promise<RequestBody> {
  if (Array.isArray(table)) {
    return formBody(fields, { name: "rows.csv", content: new Blob([csvOf(table)], { type: "text/csv" }) });
  }
  const { name, content } = await open(table as FileInput | string);
  return formBody(fields, {
    name: name ?? "upload.csv",
    content: content instanceof Uint8Array ? new Blob([content]) : content,
  });
}

interface Opened {
  readonly name?: string | undefined;
  readonly content: Blob | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
}

/** @throws {TypeError} for what is no file, with what would be one */
async function open(input: FileInput | string): Promise<Opened> {
  if (typeof input === "string")
    return await (/^https?:/i.test(input) ? openUrl(new URL(input)) : openPath(input));
  if (input instanceof Blob) return { name: nameOf(input), content: input };
  if (input instanceof ArrayBuffer) return { content: new Uint8Array(input) };
  // Of a SharedArrayBuffer fetch would refuse it, and says so; nothing here depends on it.
  if (input instanceof Uint8Array) return { content: input as Uint8Array<ArrayBuffer> };
  if (input instanceof URL) return await openUrl(input);
  if (input instanceof Response) return { content: await openResponse(input) };
  if (input instanceof ReadableStream) return { content: await sendable(input) };
  if (typeof input === "object" && input !== null) {
    // Before the path: a stream of Node that reads a file has one too.
    if (isIterable(input)) return { content: await sendable(streamOf(input)) };
    if ("path" in input && typeof input.path === "string") {
      const opened = await openPath(input.path);
      return { ...opened, name: input.name ?? opened.name };
    }
  }
  throw new TypeError(
    "Expected a Blob, File, Buffer, Uint8Array, ArrayBuffer, stream, Response, or in Node.js a path: { path }.",
  );
}

async function openPath(path: string): Promise<Opened> {
  if (!isNode) {
    throw new TypeError(
      `"${path.slice(0, 100)}" would be a path, and a browser opens none: pass the File itself.`,
    );
  }
  // That there is none is said better here than by what opens it.
  if (!(await builtin("node:fs/promises").stat(path)).isFile()) {
    throw new TypeError(`${path} is no file: of anything else pass a stream.`);
  }
  // Read as it is sent, and again where it is sent again; only its size is looked at here.
  return { name: builtin("node:path").basename(path), content: await builtin("node:fs").openAsBlob(path) };
}

async function openUrl(url: URL): Promise<Opened> {
  if (url.protocol === "file:") return await openPath(builtin("node:url").fileURLToPath(url));
  if (url.protocol === "data:") return { content: await (await fetch(url)).blob() };
  // What an address leads to is for whoever knows it to decide: fetched from here it could be anything inside.
  throw new TypeError(
    `${url.protocol} addresses are not fetched here: pass the Response of your own fetch().`,
  );
}

async function openResponse(response: Response): Promise<Opened["content"]> {
  if (!response.ok) throw new TypeError(`The Response to be sent has status ${response.status}.`);
  return response.body ? await sendable(response.body) : new Uint8Array();
}

/** Browsers send streams over HTTP/2 only, of which nobody knows beforehand: there it is read whole. */
async function sendable(stream: ReadableStream<Uint8Array>): Promise<ReadableStream<Uint8Array> | Blob> {
  let response: Response;
  try {
    response = new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>);
  } catch (cause) {
    // One that was read before would be sent as an empty one.
    throw new TypeError("The stream to be sent is being read by somebody, or was.", { cause });
  }
  // Begun at once: Node cancels the body of an answer that nobody holds any longer, unless somebody reads it.
  return isNode ? stream.pipeThrough(new TransformStream()) : await response.blob();
}

const isIterable = (input: object): input is AsyncIterable<Uint8Array> => Symbol.asyncIterator in input;

/** A Blob that is a File has a name. */
const nameOf = (blob: Blob): string | undefined =>
  "name" in blob && typeof blob.name === "string" ? blob.name : undefined;
