import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { attachment } from "../../../platform/http/attachment.ts";
import type { AnalysisRoutesOptions } from "../route-options.ts";
import { type ExportFormat, formatFacts } from "./formats.ts";

/** Answers of the export API say so. */
export const apiVersion = { "x-export-api-version": "1.0" } as const;

/** What browsers of other origins may read. */
export const exportHeaders = ["X-Export-API-Version", "X-Export-Parts"] as const;

const contentType = (format: ExportFormat) =>
  formatFacts[format].mimeType + (format === "xlsx" ? "" : "; charset=utf-8");

export interface ExportFile {
  /** The client left. */
  readonly signal: AbortSignal;
  readonly name: string;
  readonly content: AsyncIterable<string | Buffer>;
  /** Rows written so far. */
  readonly rows: () => number;
  /** Of the results; in an archive, of each file in it. */
  readonly format: ExportFormat;
  readonly container: "zip" | null;
  /** The batch; null where there are several. */
  readonly target: string | null;
  /** What was asked for, for the record. */
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * Sends a file, and writes down who took what: when it begins, since what breaks off may have been most of it, and when
 * it is through.
 */
export async function sendExport(
  { downloads, trail }: Pick<AnalysisRoutesOptions, "downloads" | "trail">,
  request: FastifyRequest,
  reply: FastifyReply,
  { signal, name, content, rows, format, container, target, details }: ExportFile,
): Promise<FastifyReply> {
  const mimeType = container === "zip" ? "application/zip" : contentType(format);
  reply.headers({ ...apiVersion, "cache-control": "no-store" });
  // Who asks only for the head gets no export made.
  if (request.method === "HEAD")
    return reply.type(mimeType).header("content-disposition", attachment(name)).send(Readable.from([]));
  await trail.note(request, "export.download", target, { format, container, ...details });
  return downloads.send(reply, {
    fileName: name,
    mimeType,
    content,
    signal,
    // What was sent is sent: a record that cannot be written breaks no download off at its end.
    onComplete: (bytes) =>
      trail
        .note(request, "export.completed", target, { format, container, rows: rows(), bytes })
        .catch((error: unknown) => request.log.warn({ err: error }, "an export was not recorded")),
  });
}
