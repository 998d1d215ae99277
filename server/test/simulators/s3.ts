import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** What of a request is signed, as a server sees it. */
export interface SignedRequest {
  readonly method: string;
  /** The target as it was sent, with its query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface KnownCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * Checks the signature of a request as a server does: from the bytes on the wire to the key and back to the canonical
 * form, so that a client whose encoding is wrong but consistent fails here.
 *
 * @returns the code of the error S3 would answer with, or null for a good one
 */
export function signatureError(
  request: SignedRequest,
  credentials: KnownCredentials,
  region: string,
  now: Date,
): string | null {
  const header = (name: string) => String(request.headers[name] ?? "");
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/.exec(
      header("authorization"),
    );
  if (parts === null) return "AccessDenied";
  const [, keyId = "", day = "", signedRegion = "", signedNames = "", signature = ""] = parts;
  if (keyId !== credentials.accessKeyId) return "InvalidAccessKeyId";
  if (signedRegion !== region) return "AuthorizationHeaderMalformed";
  const names = signedNames.split(";");
  const needed = ["host", ...Object.keys(request.headers).filter((name) => name.startsWith("x-amz-"))];
  if (needed.some((name) => !names.includes(name))) return "AccessDenied";
  if (credentials.sessionToken !== undefined && header("x-amz-security-token") !== credentials.sessionToken) {
    return "InvalidToken";
  }
  const stamp = header("x-amz-date");
  const signedAt = Date.parse(stamp.replace(/^(....)(..)(..T..)(..)(..Z)$/, "$1-$2-$3:$4:$5"));
  if (!(Math.abs(signedAt - now.getTime()) <= 15 * 60_000)) return "RequestTimeTooSkewed";

  const [path = "", query = ""] = request.target.split("?");
  const canonical = Buffer.concat([
    Buffer.from(`${request.method}\n${encodeBytes(decodeURIComponent(path), "/")}\n${sortedQuery(query)}\n`),
    ...names.map((name) => Buffer.from(`${name}:${header(name).trim()}\n`)),
    Buffer.from(`\n${signedNames}\n${header("x-amz-content-sha256")}`),
  ]);
  const text = `AWS4-HMAC-SHA256\n${stamp}\n${day}/${region}/s3/aws4_request\n${createHash("sha256").update(canonical).digest("hex")}`;
  let key = Buffer.from(`AWS4${credentials.secretAccessKey}`);
  for (const part of [day, region, "s3", "aws4_request", text]) {
    key = createHmac("sha256", key).update(part).digest();
  }
  return timingSafeEqual(key, Buffer.from(signature, "hex")) ? null : "SignatureDoesNotMatch";
}

/** Byte by byte: all but the unreserved characters, and what else is let through. */
function encodeBytes(text: string, through = ""): string {
  let encoded = "";
  for (const byte of Buffer.from(text)) {
    const character = String.fromCharCode(byte);
    const plain = byte < 128 && (/[A-Za-z0-9._~-]/.test(character) || through.includes(character));
    encoded += plain ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}

function sortedQuery(query: string): string {
  if (query === "") return "";
  return query
    .split("&")
    .map((pair) => {
      const [name = "", value = ""] = pair.split("=");
      return `${encodeBytes(decodeURIComponent(name))}=${encodeBytes(decodeURIComponent(value))}`;
    })
    .sort()
    .join("&");
}

interface StoredObject {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly modified: string;
}

/** Answers in place of the server, once the signature was found good. */
export type Behaviour = (response: ServerResponse, request: IncomingMessage) => void;

export const sendError = (response: ServerResponse, status: number, code: string, headers = {}) => {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>told to nobody</Message><RequestId>4442587FB7D0A2F9</RequestId></Error>`;
  response.writeHead(status, { "content-type": "application/xml", ...headers }).end(xml);
};

/** An S3 server of which objects can be read by path, if the request is signed rightly. */
export async function startS3(settings: { readonly region: string; readonly credentials: KnownCredentials }) {
  const buckets = new Map<string, Map<string, StoredObject>>();
  const behaviours = new Map<string, Behaviour>();
  const requests: { readonly method: string; readonly target: string; readonly error: string | null }[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;

  const server = createServer((request, response) => {
    const { method = "", url: target = "", headers } = request;
    const error = signatureError(
      { method, target, headers },
      settings.credentials,
      settings.region,
      new Date(),
    );
    requests.push({ method, target, error });
    if (error !== null) {
      sendError(
        response,
        error === "AuthorizationHeaderMalformed" || error === "InvalidToken" ? 400 : 403,
        error,
      );
      return;
    }
    const [, bucket = "", key = ""] = /^\/([^/]*)\/(.*)$/s.exec(decodeURIComponent(target)) ?? [];
    const behaviour = behaviours.get(`${bucket}/${key}`);
    const objects = buckets.get(bucket);
    const object = objects?.get(key);
    if (behaviour) behaviour(response, request);
    else if (!objects) sendError(response, 404, "NoSuchBucket");
    else if (!object) sendError(response, 404, "NoSuchKey");
    else if (headers["if-none-match"] === object.etag) response.writeHead(304, { etag: object.etag }).end();
    else {
      const { bytes, etag, modified } = object;
      response.writeHead(200, { etag, "last-modified": modified, "content-length": bytes.length }).end(bytes);
    }
  });
  server.on("connection", (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** All of them, refused ones too, in order of arrival. */
    requests,
    connections: () => connections,
    /** @returns its ETag */
    put(bucket: string, key: string, bytes: Buffer): string {
      const etag = `"${createHash("md5").update(bytes).digest("hex")}"`;
      const objects = buckets.get(bucket) ?? new Map<string, StoredObject>();
      buckets.set(bucket, objects.set(key, { bytes, etag, modified: "Wed, 12 Oct 2022 17:50:00 GMT" }));
      return etag;
    },
    /** Has one object answered by something else. */
    behave: (bucket: string, key: string, behaviour: Behaviour) =>
      void behaviours.set(`${bucket}/${key}`, behaviour),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
