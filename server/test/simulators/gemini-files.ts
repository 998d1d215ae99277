import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { errorForm, type GeminiForm } from "./gemini-forms.ts";
import { sendJson } from "./loopback.ts";

export interface StoredFile {
  readonly name: string;
  readonly project: string;
  readonly bytes: Buffer;
}

interface Session {
  readonly project: string;
  readonly displayName: string;
  readonly length: number;
  readonly parts: Buffer[];
  received: number;
  /** Once it is final. */
  file: StoredFile | null;
}

const startSchema = z.strictObject({ file: z.strictObject({ displayName: z.string().max(512) }) });
const granularity = 256 * 1024;
/** What is kept at a time, in files of the largest size. */
const filesWorth = 10;

/**
 * Google's Files API, in memory: uploads by its resumable protocol, as strict about offsets as Google is.
 *
 * @param mostBytes of one file
 */
export function createGeminiFiles(mostBytes: number) {
  const files = new Map<string, StoredFile>();
  const sessions = new Map<string, Session>();
  let names = 0;

  const store = (name: string, project: string, bytes: Buffer): StoredFile => {
    const file = { name, project, bytes };
    files.set(name, file);
    return file;
  };

  const start = (request: IncomingMessage, body: Buffer, project: string, response: ServerResponse) => {
    const length = Number(request.headers["x-goog-upload-header-content-length"] ?? Number.NaN);
    const parsed = startSchema.safeParse(jsonOf(body));
    const type = request.headers["x-goog-upload-header-content-type"];
    if (request.headers["x-goog-upload-protocol"] !== "resumable" || !Number.isSafeInteger(length))
      return refuse(response, "No resumable upload of a known length.");
    if (!parsed.success || type !== "application/jsonl")
      return refuse(response, "Invalid JSON payload received.");
    if (length > mostBytes) return refuse(response, `The file is larger than ${mostBytes} bytes.`);
    const kept = [...files.values()].reduce((sum, { bytes }) => sum + bytes.length, length);
    if (kept > filesWorth * mostBytes) return refuse(response, "The project's storage is full.");
    const id = `session-${sessions.size + 1}`;
    const { displayName } = parsed.data.file;
    sessions.set(id, { project, displayName, length, parts: [], received: 0, file: null });
    response.writeHead(200, {
      "x-goog-upload-status": "active",
      "x-goog-upload-chunk-granularity": granularity,
      // Its own address, whatever the address is under which it was asked.
      "x-goog-upload-url": `https://files.google.invalid/upload/v1beta/files?upload_id=${id}&upload_protocol=resumable`,
    });
    response.end();
  };

  const end = (session: Session): void => {
    names += 1;
    session.file = store(`files/file${names}`, session.project, Buffer.concat(session.parts));
    session.parts.length = 0;
  };

  const answer = (session: Session, response: ServerResponse) => {
    response.setHeader("x-goog-upload-status", session.file ? "final" : "active");
    response.setHeader("x-goog-upload-size-received", session.received);
    if (session.file) sendJson(response, 200, { file: fileForm(session.file, session.displayName) });
    else response.writeHead(200).end();
  };

  return {
    get: (name: string): StoredFile | null => files.get(name) ?? null,
    store,
    forget: (name: string): boolean => files.delete(name),

    /**
     * @param keep how many of a part's bytes arrive before it breaks off; null where it does not
     * @param isAnswered whether the answer is sent, too
     */
    upload(
      request: IncomingMessage,
      body: Buffer,
      project: string,
      response: ServerResponse,
      { keep, isAnswered }: { keep: number | null; isAnswered: boolean },
    ) {
      const command = String(request.headers["x-goog-upload-command"] ?? "");
      const id = new URL(request.url ?? "", "http://localhost").searchParams.get("upload_id");
      if (command === "start") return start(request, body, project, response);
      const session = id === null ? undefined : sessions.get(id);
      if (!session || session.project !== project) return refuse(response, "Upload session not found.");
      const final = /\bfinalize\b/.test(command);
      if (command !== "query") {
        if (!/^(?:upload|upload, finalize|finalize)$/.test(command) || session.file)
          return refuse(response, `The session takes no '${command}'.`);
        if (Number(request.headers["x-goog-upload-offset"]) !== session.received)
          return refuse(response, `The offset is ${session.received}.`);
        if (!final && body.length % granularity !== 0)
          return refuse(response, "The part is no multiple of the granularity.");
        const part = keep === null ? body : body.subarray(0, keep);
        session.parts.push(part);
        session.received += part.length;
        const isWhole = keep === null;
        if (final && isWhole && session.received !== session.length)
          return refuse(response, `Of ${session.length} bytes ${session.received} came.`);
        if (final && isWhole) end(session);
      }
      if (isAnswered) answer(session, response);
    },
  };
}

/** To other projects a file is as one that does not exist. */
export const noFileForm = (name: string): GeminiForm =>
  errorForm(403, `You do not have permission to access the File ${name.slice(6)} or it may not exist.`);

function refuse(response: ServerResponse, problem: string): void {
  const { status, body } = errorForm(400, problem);
  sendJson(response, status, body);
}

const fileForm = ({ name, bytes }: StoredFile, displayName: string) => ({
  name,
  displayName,
  mimeType: "application/jsonl",
  sizeBytes: String(bytes.length),
  sha256Hash: createHash("sha256").update(bytes).digest("base64"),
  state: "ACTIVE",
  source: "UPLOADED",
});

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return null;
  }
}
