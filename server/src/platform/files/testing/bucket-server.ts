import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { startLoopback } from "../../../../test/simulators/loopback.ts";
import { type KnownCredentials, sendError, signatureError } from "../../../../test/simulators/s3.ts";

interface StoredObject {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Upload {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, Buffer>;
}

export type Operation =
  | "GetObject"
  | "HeadObject"
  | "PutObject"
  | "DeleteObject"
  | "ListObjectsV2"
  | "CreateMultipartUpload"
  | "UploadPart"
  | "CompleteMultipartUpload"
  | "AbortMultipartUpload";

export type Fault =
  | { readonly kind: "error"; readonly status: number; readonly code: string; readonly headers?: object }
  /** Before anything is done. */
  | { readonly kind: "reset" }
  /** Done, and nobody is told. */
  | { readonly kind: "lost_answer" }
  /** 200, and an error in its body. */
  | { readonly kind: "late_error"; readonly code: string }
  /** As an answer that ends in the middle of its body. */
  | { readonly kind: "cut" }
  /** Sends all of it, as a server that knows no ranges. */
  | { readonly kind: "ignore_range" }
  /** Sends other bytes than it was asked for, and says which: `bytes=0-1`. */
  | { readonly kind: "other_range"; readonly range: string }
  /** Never answers. */
  | { readonly kind: "hang"; readonly reached: () => void };

interface Asked {
  readonly operation: Operation;
  readonly key: string;
  readonly host: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  /** The code of what was wrong with its signature. */
  readonly refused: string | null;
}

const quoted = (hash: string) => `"${hash}"`;
const md5 = (bytes: Buffer) => createHash("md5").update(bytes).digest("hex");
const kept = ["content-type", "x-amz-meta-upload"];

/** What of a bucket's server is used: it checks signatures, hashes, sizes of parts, and has faults on demand. */
export async function startBucketServer(settings: {
  readonly bucket: string;
  readonly region?: string;
  readonly credentials: KnownCredentials;
  /** The bucket is the beginning of the host's name instead of the path's. */
  readonly inHost?: boolean;
  readonly namesPerPage?: number;
}) {
  const { bucket, region = "us-east-1", namesPerPage = 1000 } = settings;
  let credentials = settings.credentials;
  const objects = new Map<string, StoredObject>();
  const uploads = new Map<string, Upload>();
  const asked: Asked[] = [];
  const faults = new Map<Operation, Fault[]>();
  let uploadsBegun = 0;

  const server = await startLoopback((request, body, response) => {
    const { method = "", url: target = "", headers } = request;
    const url = new URL(target, "http://any");
    const [, first = "", rest = ""] = /^\/([^/]*)\/?(.*)$/s.exec(decodeURIComponent(url.pathname)) ?? [];
    const named = settings.inHost ? (headers.host ?? "").split(".")[0] : first;
    const key = settings.inHost ? decodeURIComponent(url.pathname).slice(1) : rest;
    const operation = operationOf(method, key, url.searchParams);
    const refused = signatureError({ method, target, headers }, credentials, region, new Date());
    asked.push({
      operation,
      key,
      host: headers.host ?? "",
      headers,
      query: url.searchParams,
      body,
      refused,
    });

    const fault = faults.get(operation)?.shift();
    if (fault?.kind === "reset") return void response.socket?.resetAndDestroy();
    if (fault?.kind === "hang") return fault.reached();
    if (fault?.kind === "error") return sendError(response, fault.status, fault.code, fault.headers);
    if (refused) return sendError(response, refused === "InvalidToken" ? 400 : 403, refused);
    if (named !== bucket) return sendError(response, 404, "NoSuchBucket");
    if (createHash("sha256").update(body).digest("hex") !== headers["x-amz-content-sha256"])
      return sendError(response, 400, "XAmzContentSHA256Mismatch");
    if (body.length > 0 && createHash("md5").update(body).digest("base64") !== headers["content-md5"])
      return sendError(response, 400, "BadDigest");
    if (fault?.kind === "late_error") {
      response.writeHead(200).end(`<?xml version="1.0"?>\n<Error><Code>${fault.code}</Code></Error>`);
      return;
    }
    const range =
      fault?.kind === "other_range"
        ? fault.range
        : fault?.kind === "ignore_range"
          ? undefined
          : headers.range;
    const held = Object.fromEntries(
      kept.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : [])),
    );
    const answer = act(operation, key, url.searchParams, held, body, range);
    if (fault?.kind === "lost_answer") return void response.socket?.resetAndDestroy();
    if (fault?.kind === "cut" && Buffer.isBuffer(answer.body)) {
      response.writeHead(answer.status, { ...answer.headers, "content-length": answer.body.length });
      const half = answer.body.subarray(0, answer.body.length / 2);
      return void response.write(half, () => response.socket?.destroy());
    }
    send(response, method, answer);
  });

  interface Reply {
    readonly status: number;
    readonly code?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Buffer | string;
  }

  function send(response: ServerResponse, method: string, { status, code, headers = {}, body = "" }: Reply) {
    if (code && method !== "HEAD") return sendError(response, status, code, headers);
    response.writeHead(status, { "content-length": body.length, ...headers });
    response.end(method === "HEAD" ? undefined : body);
  }

  function act(
    operation: Operation,
    key: string,
    query: URLSearchParams,
    headers: Readonly<Record<string, string>>,
    body: Buffer,
    range: string | undefined,
  ): Reply {
    const uploadId = query.get("uploadId") ?? "";
    const upload = uploads.get(uploadId);
    switch (operation) {
      case "PutObject":
        objects.set(key, { bytes: body, etag: quoted(md5(body)), headers });
        return { status: 200, headers: { etag: quoted(md5(body)) } };
      case "DeleteObject":
        objects.delete(key);
        return { status: 204 };
      case "HeadObject":
      case "GetObject": {
        const object = objects.get(key);
        return object ? read(object, range) : { status: 404, code: "NoSuchKey" };
      }
      case "ListObjectsV2":
        return { status: 200, body: list(query) };
      case "CreateMultipartUpload": {
        uploadsBegun += 1;
        const id = `id&${uploadsBegun}+/=`;
        uploads.set(id, { key, headers, parts: new Map() });
        const text = id.replace("&", "&amp;");
        return {
          status: 200,
          body: `<InitiateMultipartUploadResult><UploadId>${text}</UploadId></InitiateMultipartUploadResult>`,
        };
      }
      case "UploadPart":
        if (upload?.key !== key) return { status: 404, code: "NoSuchUpload" };
        upload.parts.set(Number(query.get("partNumber")), body);
        return { status: 200, headers: { etag: quoted(md5(body)) } };
      case "AbortMultipartUpload":
        return uploads.delete(uploadId) ? { status: 204 } : { status: 404, code: "NoSuchUpload" };
      case "CompleteMultipartUpload": {
        if (upload?.key !== key) return { status: 404, code: "NoSuchUpload" };
        const told = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>(.*?)<\/ETag>/g)].map(
          ([, number, etag]) => ({ number: Number(number), etag }),
        );
        const parts = [...upload.parts].sort(([one], [other]) => one - other);
        const same = parts.every(
          ([number, part], at) => told[at]?.number === number && told[at]?.etag === quoted(md5(part)),
        );
        if (!same || told.length !== parts.length) return { status: 400, code: "InvalidPart" };
        const sizes = parts.map(([, part]) => part.length);
        if (sizes.slice(0, -1).some((size) => size < 5 * 1024 * 1024 || size !== sizes[0]))
          return { status: 400, code: "EntityTooSmall" };
        const bytes = Buffer.concat(parts.map(([, part]) => part));
        objects.set(key, { bytes, etag: quoted(`${md5(bytes)}-${parts.length}`), headers: upload.headers });
        uploads.delete(uploadId);
        return { status: 200, body: "<CompleteMultipartUploadResult/>" };
      }
    }
  }

  function read({ bytes, etag, headers }: StoredObject, range: string | undefined): Reply {
    const facts = { ...headers, etag, "last-modified": "Wed, 12 Oct 2022 17:50:00 GMT" };
    if (range === undefined) return { status: 200, headers: facts, body: bytes };
    const [, start = "", end = ""] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
    if (Number(start) >= bytes.length) return { status: 416, code: "InvalidRange" };
    const last = Math.min(Number(end), bytes.length - 1);
    return {
      status: 206,
      headers: { ...facts, "content-range": `bytes ${start}-${last}/${bytes.length}` },
      body: bytes.subarray(Number(start), last + 1),
    };
  }

  function list(query: URLSearchParams): string {
    const prefix = query.get("prefix") ?? "";
    const after = query.get("continuation-token") ?? "";
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const page = keys.slice(0, namesPerPage);
    const more = keys.length > page.length;
    const contents = page.map(
      (key) =>
        `<Contents><Key>${key.replaceAll("&", "&amp;")}</Key><LastModified>2022-10-12T17:50:00.000Z</LastModified><Size>${objects.get(key)?.bytes.length}</Size></Contents>`,
    );
    return `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>${more}</IsTruncated>${contents.join("")}${more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : ""}</ListBucketResult>`;
  }

  return {
    origin: server.origin,
    /** By key. */
    objects,
    /** By id: begun, and neither completed nor aborted. */
    uploads,
    /** In order of arrival, refused ones too. */
    asked,
    operations: () => asked.map(({ operation }) => operation),
    /** The next requests of this kind, one each. */
    fail: (operation: Operation, ...next: readonly Fault[]) =>
      void faults.set(operation, [...(faults.get(operation) ?? []), ...next]),
    know(known: KnownCredentials) {
      credentials = known;
    },
    close: () => server.close(),
  };
}

function operationOf(method: string, key: string, query: URLSearchParams): Operation {
  if (key === "") return "ListObjectsV2";
  if (query.has("uploads")) return "CreateMultipartUpload";
  if (query.has("uploadId")) {
    if (method === "PUT") return "UploadPart";
    return method === "POST" ? "CompleteMultipartUpload" : "AbortMultipartUpload";
  }
  if (method === "PUT") return "PutObject";
  if (method === "DELETE") return "DeleteObject";
  return method === "HEAD" ? "HeadObject" : "GetObject";
}
