import type { IncomingMessage } from "node:http";

export type BatchOperation =
  | "upload_start"
  | "upload_part"
  | "upload_query"
  | "submit"
  | "status"
  | "list"
  | "download"
  | "cancel"
  | "delete";

export interface Asked {
  readonly operation: BatchOperation;
  /** Empty where none is named. */
  readonly model: string;
  /** Of a file or a job; empty where none is named. */
  readonly name: string;
  readonly query: URLSearchParams;
}

/** Null for what is no request of this API. */
export function askedFor({ method, url, headers }: IncomingMessage): Asked | null {
  const { pathname, searchParams: query } = new URL(url ?? "", "http://localhost");
  const asked = (operation: BatchOperation, { model = "", name = "" } = {}) => ({
    ...{ operation, model, name, query },
  });
  const [, model = ""] = /^\/v1beta\/models\/([\w.-]+):batchGenerateContent$/.exec(pathname) ?? [];
  const [, name = "", verb] = /^\/v1beta\/((?:batches|files)\/[\w.-]+)(:cancel)?$/.exec(pathname) ?? [];
  const [, download = ""] = /^\/download\/v1beta\/(files\/[\w.-]+):download$/.exec(pathname) ?? [];
  if (method === "POST" && model !== "") return asked("submit", { model });
  if (method === "POST" && pathname === "/upload/v1beta/files") {
    const command = headers["x-goog-upload-command"];
    if (command === "start") return asked("upload_start");
    return asked(command === "query" ? "upload_query" : "upload_part");
  }
  if (method === "GET" && pathname === "/v1beta/batches") return asked("list");
  if (method === "GET" && name.startsWith("batches/") && !verb) return asked("status", { name });
  if (method === "POST" && name.startsWith("batches/") && verb) return asked("cancel", { name });
  if (method === "DELETE" && name.startsWith("files/") && !verb) return asked("delete", { name });
  if (method === "GET" && download !== "" && query.get("alt") === "media")
    return asked("download", { name: download });
  return null;
}
