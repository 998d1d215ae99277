import type { Trace } from "../tracing/trace.ts";
import type { PictureSource } from "./picture-source.ts";

/** Tells of each fetch where it went and how it ended: the host alone, since an address may be a secret in itself. */
export const tracedSource = (source: PictureSource, trace: Trace): PictureSource => ({
  fetch: (href, options) =>
    trace(
      "fetch picture",
      { kind: "client", attributes: { "server.address": hostOf(options.origin) } },
      async (span) => {
        const fetched = await source.fetch(href, options);
        span.set({ "fovea.outcome": fetched.status });
        if (fetched.status === "ok") span.set({ "fovea.bytes": fetched.bytes.length });
        if (fetched.status === "failed") span.fail(fetched.code);
        return fetched;
      },
    ),
});

/** @param origin `https://shop.example:8443`, or `s3://bucket` */
const hostOf = (origin: string) => URL.parse(origin)?.hostname || "unknown";
