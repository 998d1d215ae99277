import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { AppError } from "../errors.ts";

/** A small copy of somebody's picture, for people to look at. */
export type ShownPicture =
  /** A JPEG. */
  | { readonly status: "ok"; readonly bytes: Buffer }
  | { readonly status: "failed"; readonly code: string; readonly message: string };

/**
 * Fetches the picture at an address that a user gave, guarded as every fetch is, and makes it at most so large.
 *
 * @param size pixels of the longer side
 */
export type ShowPicture = (
  address: string,
  how: { readonly size: ShownSize; readonly signal: AbortSignal },
) => Promise<ShownPicture>;

/** Few sizes, so that what was made once is found again. */
const shownSizes = [256, 1024] as const;
export type ShownSize = (typeof shownSizes)[number];

export const shownQuery = z.object({
  size: z
    .enum(["256", "1024"], { error: "expected 256 or 1024" })
    .default("256")
    .transform((text): ShownSize => (text === "256" ? 256 : 1024))
    .meta({ type: "integer", enum: [...shownSizes], default: 256 })
    .describe("Pixels of the longer side, at most."),
});

/** A browser that shows a page of pictures again does not ask for them again soon. */
const keptSeconds = 3_600;

/** @throws {AppError} 404 with the failure's code, where there is no picture to be shown */
export function sendShownPicture(
  request: FastifyRequest,
  reply: FastifyReply,
  picture: ShownPicture,
): FastifyReply {
  if (picture.status === "failed")
    throw new AppError({ code: picture.code, status: 404, message: picture.message });
  const etag = `"${createHash("sha256").update(picture.bytes).digest("base64url")}"`;
  reply.headers({ "cache-control": `private, max-age=${keptSeconds}`, etag });
  if (request.headers["if-none-match"] === etag) return reply.code(304).send();
  return reply.type("image/jpeg").send(picture.bytes);
}
