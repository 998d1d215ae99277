import type { IncomingMessage, ServerResponse } from "node:http";
import sharp from "sharp";
import { sendFault, sendJson, startLoopback, type WireFault } from "./loopback.ts";

/** What an upload is answered with in place of storing it. */
type ImgurTrouble =
  | { readonly kind: "error"; readonly status: number; readonly message: string }
  /** The gateway's own form, which says nothing of when to come back. */
  | { readonly kind: "gateway"; readonly status: number }
  /** A 429 whose sentence says how long, as that of Imgur itself does. */
  | { readonly kind: "too_fast"; readonly minutes: number }
  | { readonly kind: "unreadable" }
  | WireFault;

interface ImgurSimulatorSettings {
  readonly clientId: string;
  /** Credits of the address until {@link ImgurSimulator.startHour}: an upload takes 10. */
  readonly credits?: number;
}

interface StoredPicture {
  readonly url: string;
  readonly deleteHash: string;
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Buffer;
}

export interface ImgurSimulator {
  /** With the version, as `IMGUR_BASE_URL`. */
  readonly baseUrl: string;
  /** In order of arrival. */
  readonly stored: readonly StoredPicture[];
  /** Of all requests to the API, in order of arrival; 0 for one that was answered with a fault of the wire. */
  readonly statuses: readonly number[];
  /** The next uploads end so, one each. */
  trouble(...next: readonly ImgurTrouble[]): void;
  /** All credits are there again. */
  startHour(): void;
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** Of the formats that it stores: users report that WebP is refused, with code 1003. */
const extensions: Readonly<Record<string, string>> = { jpeg: "jpg", png: "png", gif: "gif", tiff: "tiff" };
const fields = new Set(["image", "type", "title", "description", "album", "name"]);
const uploadCredits = 10;

/** Imgur's `POST /3/image` for anonymous uploads of files, and the pictures where it says that they are. */
export async function startImgur(settings: ImgurSimulatorSettings): Promise<ImgurSimulator> {
  const { clientId, credits = 500 } = settings;
  const stored: StoredPicture[] = [];
  const statuses: number[] = [];
  const troubles: ImgurTrouble[] = [];
  let remaining = credits;
  let origin = "";

  const server = await startLoopback(async (request, body, response) => {
    const kept = stored.find(({ url }) => url === `${origin}${request.url}`);
    if (request.method === "GET" && kept) {
      response.writeHead(200, { "content-type": kept.contentType }).end(kept.bytes);
      return;
    }
    await answer(request, body, response);
  });
  origin = server.origin;

  async function answer(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const send = (status: number, data: unknown) => {
      statuses.push(status);
      response.setHeader("x-ratelimit-userlimit", credits);
      response.setHeader("x-ratelimit-userremaining", remaining);
      response.setHeader("x-ratelimit-userreset", 3_600);
      sendJson(response, status, data);
    };
    const refuse = (status: number, error: unknown) =>
      send(status, { data: { error, request: "/3/image", method: "POST" }, success: false, status });

    if (request.method !== "POST" || request.url !== "/3/image")
      return refuse(404, "Unable to find endpoint");
    if (request.headers.authorization !== `Client-ID ${clientId}`)
      return refuse(403, "The client_id you specified is invalid.");
    const trouble = troubles.shift();
    if (trouble) return end(trouble, response, refuse);
    if (remaining < uploadCredits) return refuse(429, "User request limit exceeded");
    const file = await fileIn(request, body);
    if (typeof file === "string")
      return refuse(400, { code: 1_003, message: file, type: "ImgurException", exception: [] });
    remaining -= uploadCredits;
    const id = `p${String(stored.length).padStart(6, "0")}`;
    const picture = { url: `${origin}/${id}.${file.extension}`, deleteHash: `${id}-delete`, ...file };
    stored.push(picture);
    const data = { id, deletehash: picture.deleteHash, type: file.contentType, link: picture.url };
    send(200, { data: { ...data, size: file.bytes.length }, success: true, status: 200 });
  }

  function end(
    trouble: ImgurTrouble,
    response: ServerResponse,
    refuse: (status: number, error: unknown) => void,
  ) {
    switch (trouble.kind) {
      case "error":
        return refuse(trouble.status, trouble.message);
      case "too_fast": {
        const message = `You are uploading too fast. Please wait ${trouble.minutes} more minutes.`;
        return refuse(429, { code: 429, message, type: "ImgurException", exception: [] });
      }
      case "gateway": {
        statuses.push(trouble.status);
        const error = { id: "legacy-api/1", code: String(trouble.status), detail: "Too Many Requests" };
        return sendJson(response, trouble.status, { errors: [error] });
      }
      case "unreadable":
        statuses.push(200);
        return sendJson(response, 200, { data: true, success: true, status: 200 });
      default:
        statuses.push(0);
        return sendFault(response, trouble, {});
    }
  }

  return {
    baseUrl: `${origin}/3`,
    stored,
    statuses,
    trouble: (...next) => void troubles.push(...next),
    startHour() {
      remaining = credits;
    },
    idle: server.idle,
    close: server.close,
  };
}

/** The uploaded file, or what Imgur would find wrong with it. */
async function fileIn(request: IncomingMessage, body: Buffer) {
  const contentType = request.headers["content-type"] ?? "";
  if (!contentType.startsWith("multipart/form-data;")) return "Bad Request";
  const form = await new Response(Uint8Array.from(body), { headers: { "content-type": contentType } })
    .formData()
    .catch(() => null);
  if (!form) return "Bad Request";
  for (const name of form.keys()) if (!fields.has(name)) return `Unknown parameter ${name}`;
  const image = form.get("image");
  if (form.get("type") !== "file" || !(image instanceof File))
    return "No image data was sent to the upload api";
  const bytes = Buffer.from(await image.arrayBuffer());
  const format = await sharp(bytes)
    .metadata()
    .then(
      (read) => read.format,
      () => "",
    );
  const extension = extensions[format];
  if (extension === undefined) return "File type invalid (1)";
  if (bytes.length > 20_000_000 && format !== "gif") return "File is over the size limit";
  return { bytes, extension, name: image.name, contentType: image.type };
}
