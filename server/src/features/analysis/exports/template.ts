import type { FastifyReply } from "fastify";
import { attachment } from "../../../platform/http/attachment.ts";
import { apiVersion } from "./send-export.ts";

/** Can be uploaded as it is. */
const text = ["url", ...[1, 2, 3].map((number) => `https://example.com/image${number}.jpg`), ""].join("\n");

export const sendTemplate = (reply: FastifyReply): FastifyReply =>
  reply
    .headers({
      ...apiVersion,
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": attachment("batch_template.csv"),
    })
    .send(text);
